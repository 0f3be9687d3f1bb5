#include "platform/system_roots.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sluice::platform {

// The system keeps its own authorities in this file too; what somebody adds to a keychain is not in it.
Result<std::string> systemRoots() {
  const char* chosen = std::getenv("SSL_CERT_FILE");
  const std::string path = chosen != nullptr && *chosen != '\0' ? chosen : "/etc/ssl/cert.pem";
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Side::Local, Code::NotFound, path + " cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace sluice::platform
