// The certificates of authorities that this system trusts. Any thread; blocks.
#pragma once

#include <string>

#include "core/base/result.h"

namespace sluice::platform {

// In PEM, one after the other. The file that SSL_CERT_FILE names takes the place of the system's. Code::NotFound where
// there is none: no server's certificate can be verified then.
Result<std::string> systemRoots();

}  // namespace sluice::platform
