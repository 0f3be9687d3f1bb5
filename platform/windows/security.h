// This user, and what only this user may touch. Private to the files for Windows. Any thread.
#pragma once

#include <windows.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace sluice::platform {

// A security identifier, owned.
using Sid = std::vector<std::byte>;

// The user that `process` runs as; empty when that cannot be known.
Sid userOf(HANDLE process);
bool sameUser(const Sid& a, PSID b);

// Full access for this user and the system itself, none for anybody else, nothing inherited from above; directories
// hand it down. What SECURITY_ATTRIBUTES point at lives as long as the object.
class OwnerOnly {
 public:
  static Result<OwnerOnly> create();
  SECURITY_ATTRIBUTES* attributes() { return &attributes_; }
  PACL accessList() const;

 private:
  struct Free {
    void operator()(void* descriptor) const { LocalFree(descriptor); }
  };
  explicit OwnerOnly(void* descriptor);

  std::unique_ptr<void, Free> descriptor_;
  SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace sluice::platform
