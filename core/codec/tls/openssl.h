// Owners of OpenSSL's objects, and what its error queue says. Only for the sources of this folder. Any thread.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "core/base/result.h"

namespace sluice::tls {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freed<SSL_free>>;
using TicketPtr = std::unique_ptr<SSL_SESSION, Freed<SSL_SESSION_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

// The oldest entry of this thread's error queue, for people; the queue is empty afterwards.
std::string takeErrorText();

// What OpenSSL itself could not do: no memory, or a bug. Names `what`.
inline tl::unexpected<Error> failed(const std::string& what) {
  return fail(Side::Local, Code::TlsFailed, what + ": " + takeErrorText());
}

// Before a call after which the queue is to be read. Mostly it is empty, and to clear it costs a third of a microsecond all the same.
inline void clearErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

inline const unsigned char* octets(const void* data) { return static_cast<const unsigned char*>(data); }

}  // namespace sluice::tls
