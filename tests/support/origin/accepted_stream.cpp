#include "tests/support/origin/accepted_stream.h"

#include <openssl/x509v3.h>

#include <asio/write.hpp>
#include <mutex>

namespace sluice::test {
namespace {

using Socket = asio::ip::tcp::socket;

// What both kinds share: the socket and the ways in which it ends.
class SocketStream : public AcceptedStream {
 public:
  explicit SocketStream(Socket socket) : socket_(std::move(socket)) {
    std::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  }

  void reset() final {
    const std::scoped_lock lock(closing_);
    std::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }

  void close() final {
    const std::scoped_lock lock(closing_);
    std::error_code ignored;
    socket_.close(ignored);
  }

  void interrupt() final {
    const std::scoped_lock lock(closing_);
    std::error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.cancel(ignored);  // Windows: what waits already goes on waiting after that
  }

 protected:
  Socket socket_;

 private:
  // Held while the socket is closed, so that interrupt() never meets a handle that is already someone else's.
  std::mutex closing_;
};

class PlainStream final : public SocketStream {
 public:
  using SocketStream::SocketStream;

  std::size_t read(MutableBytes into) override {
    std::error_code error;
    const auto count = socket_.read_some(asio::buffer(into.data(), into.size()), error);
    return error ? 0 : count;
  }

  bool write(Bytes bytes) override {
    std::error_code error;
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), error);
    return !error;
  }

  void finish() override {
    std::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
};

class TlsStream final : public SocketStream {
 public:
  TlsStream(Socket socket, asio::ssl::context& context) : SocketStream(std::move(socket)), tls_(socket_, context) {}

  std::size_t read(MutableBytes into) override {
    std::error_code error;
    if (!greeted_) {
      tls_.handshake(asio::ssl::stream_base::server, error);
      if (error) return 0;
      greeted_ = true;
    }
    const auto count = tls_.read_some(asio::buffer(into.data(), into.size()), error);
    return error ? 0 : count;
  }

  bool write(Bytes bytes) override {
    std::error_code error;
    asio::write(tls_, asio::buffer(bytes.data(), bytes.size()), error);
    return !error;
  }

  // Returns when the peer has answered with its own close_notify or gone away.
  void finish() override {
    std::error_code ignored;
    if (greeted_) tls_.shutdown(ignored);
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

 private:
  asio::ssl::stream<Socket&> tls_;
  bool greeted_ = false;
};

void addExtension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* selfSigned(EVP_PKEY* key) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto* commonName = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, commonName, -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  addExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  addExtension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

}  // namespace

std::unique_ptr<AcceptedStream> plainStream(Socket socket) { return std::make_unique<PlainStream>(std::move(socket)); }

std::unique_ptr<AcceptedStream> tlsStream(Socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsStream>(std::move(socket), context);
}

std::unique_ptr<asio::ssl::context> selfSignedContext() {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = selfSigned(key);
  SSL_CTX_use_certificate(context->native_handle(), certificate);
  SSL_CTX_use_PrivateKey(context->native_handle(), key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

}  // namespace sluice::test
