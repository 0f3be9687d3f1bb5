// A certificate with its key, as a value: copies share both. Any one thread at a time.
#pragma once

#include <utility>

struct evp_pkey_st;
struct x509_st;

namespace sluice::tls {

class Identity {
 public:
  Identity() = default;
  // Takes both over.
  Identity(x509_st* certificate, evp_pkey_st* key) : certificate_(certificate), key_(key) {}
  Identity(const Identity& other);
  Identity(Identity&& other) noexcept
      : certificate_(std::exchange(other.certificate_, nullptr)), key_(std::exchange(other.key_, nullptr)) {}
  Identity& operator=(Identity other) noexcept {
    std::swap(certificate_, other.certificate_);
    std::swap(key_, other.key_);
    return *this;
  }
  ~Identity();

  x509_st* certificate() const { return certificate_; }
  evp_pkey_st* key() const { return key_; }
  friend bool operator==(const Identity&, const Identity&) = default;

 private:
  x509_st* certificate_ = nullptr;
  evp_pkey_st* key_ = nullptr;
};

}  // namespace sluice::tls
