#include "platform/private_file.h"

#include <aclapi.h>

#include <memory>

#include "core/base/limits.h"
#include "platform/file.h"
#include "platform/windows/security.h"
#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

constexpr std::size_t kPrivateFileBytesMax = limits::kMiB;

// Code::AccessDenied when somebody else owns it. Files that an administrator's program makes may belong to the group.
Result<void> checkOwner(HANDLE file, const path& name) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  const DWORD why = GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr, nullptr, &descriptor);
  if (why != ERROR_SUCCESS) return systemFailure(why, name.string());
  const std::unique_ptr<void, decltype(&LocalFree)> kept(descriptor, &LocalFree);
  if (sameUser(userOf(GetCurrentProcess()), owner) || IsWellKnownSid(owner, WinBuiltinAdministratorsSid) != 0) return {};
  return fail(Side::Local, Code::AccessDenied, name.string() + " belongs to another user");
}

Result<void> narrowAccess(HANDLE file, const path& name) {
  auto access = OwnerOnly::create();
  if (!access) return fail(std::move(access.error()));
  const DWORD why = SetSecurityInfo(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, nullptr,
                                    nullptr, access->accessList(), nullptr);
  if (why != ERROR_SUCCESS) return systemFailure(why, "cannot make " + name.string() + " private");
  return {};
}

}  // namespace

Result<void> writePrivateFile(const path& path, std::string_view bytes) {
  auto fresh = path;
  fresh += L".new";
  auto access = OwnerOnly::create();
  if (!access) return fail(std::move(access.error()));
  DeleteFileW(fresh.c_str());  // of a run that was cut off
  OwnedHandle handle =
      owned(CreateFileW(fresh.c_str(), GENERIC_WRITE, 0, access->attributes(), CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!handle) return systemFailure(GetLastError(), "cannot make " + fresh.string());
  const Bytes piece = asBytes(bytes);
  if (auto written = writeAt(handle.get(), {&piece, 1}, 0, fresh.string()); !written) return written;
  if (FlushFileBuffers(systemHandle(handle)) == 0) return systemFailure(GetLastError(), "cannot write " + fresh.string());
  handle = OwnedHandle();
  if (MoveFileExW(fresh.c_str(), path.c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) == 0) {
    return systemFailure(GetLastError(), "cannot make " + path.string());
  }
  return {};
}

Result<std::string> readPrivateFile(const path& path) {
  const OwnedHandle handle =
      owned(CreateFileW(path.c_str(), GENERIC_READ | WRITE_DAC, FILE_SHARE_READ, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!handle) return systemFailure(GetLastError(), "cannot open " + path.string());
  if (auto mine = checkOwner(systemHandle(handle), path); !mine) return fail(std::move(mine.error()));
  if (auto narrowed = narrowAccess(systemHandle(handle), path); !narrowed) return fail(std::move(narrowed.error()));
  LARGE_INTEGER size{};
  if (GetFileSizeEx(systemHandle(handle), &size) == 0) return systemFailure(GetLastError(), path.string());
  if (size.QuadPart > static_cast<LONGLONG>(kPrivateFileBytesMax)) {
    return fail(Side::Local, Code::BadArgument, path.string() + " is larger than any file of its kind");
  }
  std::string bytes(static_cast<std::size_t>(size.QuadPart), '\0');
  auto count = readAt(handle.get(), std::as_writable_bytes(std::span(bytes)), 0, path.string());
  if (!count) return fail(std::move(count.error()));
  bytes.resize(*count);
  return bytes;
}

}  // namespace sluice::platform
