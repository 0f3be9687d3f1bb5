#include "core/codec/tls/identity.h"

#include "core/codec/tls/openssl.h"

namespace sluice::tls {

Identity::Identity(const Identity& other) : certificate_(other.certificate_), key_(other.key_) {
  if (certificate_ != nullptr) X509_up_ref(certificate_);
  if (key_ != nullptr) EVP_PKEY_up_ref(key_);
}

Identity::~Identity() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

}  // namespace sluice::tls
