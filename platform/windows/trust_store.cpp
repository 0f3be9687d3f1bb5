// The root store of the current user, which Edge, Chrome, curl and .NET look into, Firefox too from version 120 on. Windows asks the user
// for consent in a window of its own.
#include "platform/trust_store.h"

#include <windows.h>

#include <wincrypt.h>

#include <memory>
#include <string>

#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

constexpr const char* kUser = "user";

struct CloseStore {
  using pointer = HCERTSTORE;
  void operator()(HCERTSTORE store) const { CertCloseStore(store, 0); }
};
struct FreeContext {
  void operator()(const CERT_CONTEXT* certificate) const { CertFreeCertificateContext(certificate); }
};
using Store = std::unique_ptr<HCERTSTORE, CloseStore>;
using Certificate = std::unique_ptr<const CERT_CONTEXT, FreeContext>;

tl::unexpected<Error> failure(const char* what) {
  const DWORD why = GetLastError();
  if (why == ERROR_CANCELLED) return fail(Side::Local, Code::AccessDenied, "Windows was told not to", static_cast<int>(why));
  return fail(Side::Local, Code::System, what, static_cast<int>(why));
}

Store openStore() { return Store(CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, L"Root")); }

Certificate parse(const std::string& pem) {
  BYTE der[16384];
  DWORD size = sizeof der;
  const auto length = static_cast<DWORD>(pem.size());
  if (CryptStringToBinaryA(pem.data(), length, CRYPT_STRING_BASE64HEADER, der, &size, nullptr, nullptr) == 0) return {};
  return Certificate(CertCreateCertificateContext(X509_ASN_ENCODING, der, size));
}

Certificate find(const Store& store, const Certificate& certificate) {
  return Certificate(CertFindCertificateInStore(store.get(), X509_ASN_ENCODING, 0, CERT_FIND_EXISTING, certificate.get(), nullptr));
}

Result<void> isUser(const std::string& id) {
  if (id == kUser) return {};
  return fail(Side::Local, Code::NotFound, id + ": there is no store of certificates of that name, only \"user\"");
}

}  // namespace

std::vector<TrustPlace> trustPlaces(const TrustedAuthority& authority) {
  TrustPlace place;
  place.kind = TrustPlace::Kind::User;
  place.id = kUser;
  const Store store = openStore();
  const Certificate certificate = parse(authority.pem);
  if (!store || !certificate) {
    place.state = TrustPlace::State::Unknown;
    place.canChange = false;
    place.detail = !store ? "the user's store of root certificates cannot be opened" : "the certificate cannot be read";
  } else if (find(store, certificate)) {
    place.state = TrustPlace::State::Trusted;
  }
  return {place};
}

Result<void> trustAt(const std::string& id, const TrustedAuthority& authority) {
  if (auto known = isUser(id); !known) return known;
  const Store store = openStore();
  if (!store) return failure("opening the user's root certificates");
  const Certificate certificate = parse(authority.pem);
  if (!certificate) return failure("reading the certificate");
  if (CertAddCertificateContextToStore(store.get(), certificate.get(), CERT_STORE_ADD_USE_EXISTING, nullptr) == 0) {
    return failure("adding to the user's root certificates");
  }
  return {};
}

Result<void> distrustAt(const std::string& id, const TrustedAuthority& authority) {
  if (auto known = isUser(id); !known) return known;
  const Store store = openStore();
  if (!store) return failure("opening the user's root certificates");
  const Certificate certificate = parse(authority.pem);
  if (!certificate) return failure("reading the certificate");
  Certificate there = find(store, certificate);
  // The call frees what it is given, whatever comes of it.
  if (there && CertDeleteCertificateFromStore(there.release()) == 0) return failure("removing from the user's root certificates");
  return {};
}

std::vector<std::string> trustCommands(const TrustedAuthority& authority) {
  return {"certutil -user -addstore Root \"" + authority.file.string() + '"'};
}

}  // namespace sluice::platform
