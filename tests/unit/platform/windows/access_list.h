// Who may use an object of the system, as its access list says. Any thread.
#pragma once

#include <aclapi.h>
#include <sddl.h>

#include <memory>
#include <string>

#include "platform/handle.h"
#include "platform/windows/security.h"

namespace sluice::test {

inline const std::string kOwnerAndSystem = "protected: user system";

// "protected: user system" for a list that takes nothing over from above and allows this user and the system something; somebody
// else is named by number.
inline std::string accessOf(platform::Handle handle, SE_OBJECT_TYPE kind) {
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (GetSecurityInfo(reinterpret_cast<HANDLE>(handle), kind, DACL_SECURITY_INFORMATION, nullptr, nullptr, &list, nullptr, &descriptor) !=
      ERROR_SUCCESS) {
    return "not to be known";
  }
  const std::unique_ptr<void, decltype(&LocalFree)> kept(descriptor, &LocalFree);
  if (list == nullptr) return "everybody";
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision = 0;
  GetSecurityDescriptorControl(descriptor, &control, &revision);
  std::string text = (control & SE_DACL_PROTECTED) != 0 ? "protected:" : "open to what is above:";
  const auto user = platform::userOf(GetCurrentProcess());
  for (DWORD i = 0; i < list->AceCount; ++i) {
    ACCESS_ALLOWED_ACE* entry = nullptr;
    if (GetAce(list, i, reinterpret_cast<void**>(&entry)) == 0 || entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE) return "odd";
    const PSID who = &entry->SidStart;
    LPSTR name = nullptr;
    if (platform::sameUser(user, who)) text += " user";
    else if (IsWellKnownSid(who, WinLocalSystemSid) != 0) text += " system";
    else if (ConvertSidToStringSidA(who, &name) != 0) text.append(" ").append(name);
    LocalFree(name);
  }
  return text;
}

}  // namespace sluice::test
