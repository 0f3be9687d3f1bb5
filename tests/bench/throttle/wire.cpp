#include "tests/bench/throttle/wire.h"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

namespace sluice::bench {

namespace {

// BIO_set_callback_ex(3): after each read from the socket below.
long received(BIO* bio, int operation, const char*, std::size_t, int, long, int result, std::size_t* processed) {
  if (operation != (BIO_CB_READ | BIO_CB_RETURN) || result <= 0) return result;
  const auto* wire = reinterpret_cast<const Wire*>(BIO_get_callback_arg(bio));
  if (wire != nullptr && wire->whenReceived) wire->whenReceived(*processed);
  return result;
}

}  // namespace

bool Wire::secure(SSL_CTX* context, int (*shakeHands)(SSL*)) {
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), static_cast<int>(socket_.native_handle()));
  BIO_set_callback_ex(SSL_get_rbio(ssl_.get()), received);
  return shakeHands(ssl_.get()) == 1;
}

bool Wire::secureAsClient() {
  // Whom it talks to is not what is measured.
  static SSL_CTX* const context = [] {
    auto* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    return made;
  }();
  return secure(context, SSL_connect);
}

bool Wire::secureAsServer(SSL_CTX* context) { return secure(context, SSL_accept); }

std::size_t Wire::read(char* into, std::size_t room) {
  if (ssl_) {
    BIO_set_callback_arg(SSL_get_rbio(ssl_.get()), reinterpret_cast<char*>(this));
    const int count = SSL_read(ssl_.get(), into, static_cast<int>(room));
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  std::error_code code;
  const auto count = socket_.read_some(asio::buffer(into, room), code);
  if (count > 0 && whenReceived) whenReceived(count);
  return code ? 0 : count;
}

bool Wire::write(std::string_view bytes) {
  if (ssl_) return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  std::error_code code;
  asio::write(socket_, asio::buffer(bytes), code);
  return !code;
}

std::string Wire::readHead() {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    char c = 0;
    if (read(&c, 1) == 0) return {};
    head += c;
  }
  return head;
}

void Wire::shutDown() {
  std::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
}

void Wire::reset() {
  std::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace sluice::bench
