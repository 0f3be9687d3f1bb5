#include "platform/data_dir.h"

#include <aclapi.h>
#include <shlobj.h>

#include "platform/windows/security.h"
#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

// Makes `directory` and what is missing above it, each for the owner alone. One that exists is left as it is.
Result<void> makeDirectories(const path& directory, OwnerOnly& access) {
  if (CreateDirectoryW(directory.c_str(), access.attributes()) != 0) return {};
  const DWORD why = GetLastError();
  const auto parent = directory.parent_path();
  if (why == ERROR_ALREADY_EXISTS) return {};
  if (why != ERROR_PATH_NOT_FOUND || parent.empty() || parent == directory) {
    return systemFailure(why, "cannot make the directory " + directory.string());
  }
  if (auto made = makeDirectories(parent, access); !made) return made;
  if (CreateDirectoryW(directory.c_str(), access.attributes()) != 0 || GetLastError() == ERROR_ALREADY_EXISTS) return {};
  return systemFailure(GetLastError(), "cannot make the directory " + directory.string());
}

bool isAdministrators(PSID owner) { return owner != nullptr && IsWellKnownSid(owner, WinBuiltinAdministratorsSid) != 0; }

// What an elevated program makes belongs to the administrators as a group.
Result<void> checkOwner(HANDLE opened, const path& directory) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  const DWORD failed =
      GetSecurityInfo(opened, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr, nullptr, &descriptor);
  if (failed != ERROR_SUCCESS) return systemFailure(failed, "the owner of the directory " + directory.string());
  const bool ours = sameUser(userOf(GetCurrentProcess()), owner) || isAdministrators(owner);
  LocalFree(descriptor);
  if (ours) return {};
  return fail(Side::Local, Code::AccessDenied,
              "the directory " + directory.string() + " belongs to another user; choose another one");
}

}  // namespace

Result<path> defaultDataDir() {
  PWSTR found = nullptr;
  const HRESULT result = SHGetKnownFolderPath(FOLDERID_LocalAppData, KF_FLAG_DEFAULT, nullptr, &found);
  const path local = result == S_OK ? path(found) : path();
  CoTaskMemFree(found);
  if (!local.empty()) return local / "Sluice";
  return fail(Side::Local, Code::NotFound, "this user has no profile; say where the data goes with --data-dir");
}

Result<void> ensurePrivateDirectory(const path& directory) {
  auto access = OwnerOnly::create();
  if (!access) return fail(access.error());
  if (auto made = makeDirectories(directory, *access); !made) return made;
  // Everything else is asked of the open directory, so that it cannot be exchanged in between.
  const OwnedHandle handle = owned(CreateFileW(directory.c_str(), FILE_LIST_DIRECTORY | FILE_ADD_FILE | READ_CONTROL | WRITE_DAC,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                               FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (!handle) return systemFailure(GetLastError(), "the directory " + directory.string() + " is not writable");
  BY_HANDLE_FILE_INFORMATION facts{};
  GetFileInformationByHandle(systemHandle(handle), &facts);
  if ((facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
    return systemFailure(ERROR_DIRECTORY, directory.string() + " is no directory");
  }
  if (auto ours = checkOwner(systemHandle(handle), directory); !ours) return ours;
  const DWORD failed =
      SetSecurityInfo(systemHandle(handle), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                      nullptr, nullptr, access->accessList(), nullptr);
  if (failed != ERROR_SUCCESS) return systemFailure(failed, "cannot make the directory " + directory.string() + " private");
  return {};
}

}  // namespace sluice::platform
