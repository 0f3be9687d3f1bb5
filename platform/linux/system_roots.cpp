#include "platform/system_roots.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "platform/linux/root_bundles.h"

namespace sluice::platform {
namespace {

Result<std::string> contentsOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Side::Local, Code::NotFound, path + " cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

Result<std::string> systemRoots() {
  if (const char* chosen = std::getenv("SSL_CERT_FILE"); chosen != nullptr && *chosen != '\0') return contentsOf(chosen);
  for (const char* bundle : kRootBundles) {
    if (auto contents = contentsOf(bundle)) return contents;
  }
  return fail(Side::Local, Code::NotFound, "this system keeps no certificates of authorities where they are looked for");
}

}  // namespace sluice::platform
