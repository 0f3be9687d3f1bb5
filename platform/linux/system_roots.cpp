#include "platform/system_roots.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sluice::platform {
namespace {

// Where distributions keep them all in one file.
constexpr std::array kBundles{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older Fedora, RHEL
    "/var/lib/ca-certificates/ca-bundle.pem",             // openSUSE
    "/etc/ssl/cert.pem",                                  // Alpine
};

Result<std::string> contentsOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Side::Local, Code::NotFound, path + " cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

Result<std::string> systemRoots() {
  if (const char* chosen = std::getenv("SSL_CERT_FILE"); chosen != nullptr && *chosen != '\0') return contentsOf(chosen);
  for (const char* bundle : kBundles) {
    if (auto contents = contentsOf(bundle)) return contents;
  }
  return fail(Side::Local, Code::NotFound, "this system keeps no certificates of authorities where they are looked for");
}

}  // namespace sluice::platform
