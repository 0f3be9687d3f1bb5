#include "platform/windows/security.h"

#include <sddl.h>

#include "platform/windows/system_error.h"
#include "platform/windows/text.h"

namespace sluice::platform {

Sid userOf(HANDLE process) {
  HANDLE opened = nullptr;
  if (OpenProcessToken(process, TOKEN_QUERY, &opened) == 0) return {};
  const OwnedHandle token = owned(opened);
  DWORD size = 0;
  GetTokenInformation(opened, TokenUser, nullptr, 0, &size);
  std::vector<std::byte> user(size);
  if (size == 0 || GetTokenInformation(opened, TokenUser, user.data(), size, &size) == 0) return {};
  const PSID sid = reinterpret_cast<const TOKEN_USER*>(user.data())->User.Sid;
  const auto* bytes = static_cast<const std::byte*>(sid);
  return {bytes, bytes + GetLengthSid(sid)};
}

bool sameUser(const Sid& a, PSID b) {
  return !a.empty() && b != nullptr && EqualSid(const_cast<std::byte*>(a.data()), b) != 0;
}

OwnerOnly::OwnerOnly(void* descriptor) : descriptor_(descriptor) {
  attributes_.nLength = sizeof attributes_;
  attributes_.lpSecurityDescriptor = descriptor;
}

PACL OwnerOnly::accessList() const {
  BOOL present = FALSE, defaulted = FALSE;
  PACL list = nullptr;
  GetSecurityDescriptorDacl(descriptor_.get(), &present, &list, &defaulted);
  return list;
}

Result<OwnerOnly> OwnerOnly::create() {
  auto user = userOf(GetCurrentProcess());
  LPWSTR text = nullptr;
  if (user.empty() || ConvertSidToStringSidW(user.data(), &text) == 0) {
    return systemFailure(GetLastError(), "who runs this program");
  }
  // Protected; full access for the user and for SYSTEM, handed down to what is made inside.
  const std::wstring list = std::wstring(L"D:P(A;OICI;GA;;;") + text + L")(A;OICI;GA;;;SY)";
  LocalFree(text);
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (ConvertStringSecurityDescriptorToSecurityDescriptorW(list.c_str(), SDDL_REVISION_1, &descriptor, nullptr) == 0) {
    return systemFailure(GetLastError(), "the access list " + narrow(list));
  }
  return OwnerOnly(descriptor);
}

}  // namespace sluice::platform
