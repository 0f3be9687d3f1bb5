#include "platform/system_roots.h"

#include <windows.h>

#include <wincrypt.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::platform {
namespace {

std::string pem(const CERT_CONTEXT& certificate) {
  DWORD size = 0;
  constexpr DWORD kForm = CRYPT_STRING_BASE64HEADER | CRYPT_STRING_NOCR;
  CryptBinaryToStringA(certificate.pbCertEncoded, certificate.cbCertEncoded, kForm, nullptr, &size);
  std::string text(size, '\0');
  if (CryptBinaryToStringA(certificate.pbCertEncoded, certificate.cbCertEncoded, kForm, text.data(), &size) == 0) return {};
  text.resize(size);
  return text;
}

}  // namespace

Result<std::string> systemRoots() {
  if (const wchar_t* chosen = _wgetenv(L"SSL_CERT_FILE"); chosen != nullptr && *chosen != L'\0') {
    const std::filesystem::path path(chosen);
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(Side::Local, Code::NotFound, path.string() + " cannot be read");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  std::string all;
  if (const HCERTSTORE store = CertOpenSystemStoreW(0, L"ROOT"); store != nullptr) {
    const CERT_CONTEXT* each = nullptr;  // the call frees the one before
    while ((each = CertEnumCertificatesInStore(store, each)) != nullptr) all += pem(*each);
    CertCloseStore(store, 0);
  }
  if (all.empty()) return fail(Side::Local, Code::NotFound, "this system's store of root certificates is empty");
  return all;
}

}  // namespace sluice::platform
