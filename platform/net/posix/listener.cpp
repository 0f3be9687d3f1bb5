#include "platform/net/listener.h"

#include <unistd.h>

#include <utility>

#include "platform/net/address.h"

namespace sluice::net {
namespace {

using asio::ip::tcp;

class SharedAcceptor final : public Acceptor {
 public:
  explicit SharedAcceptor(tcp::acceptor acceptor) : acceptor_(std::move(acceptor)) {}

  tcp::endpoint address() const override {
    std::error_code ignored;
    return acceptor_.local_endpoint(ignored);
  }
  void accept(Accepted done) override { acceptor_.async_accept(std::move(done)); }
  void close() override {
    std::error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  tcp::acceptor acceptor_;
};

Result<tcp::acceptor> listening(asio::io_context& loop, const tcp::endpoint& address) {
  tcp::acceptor acceptor(loop);
  std::error_code code;
  acceptor.open(address.protocol(), code);
  // Without this, a restart within a minute finds the old connections in the way.
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(address, code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (!code) return acceptor;
  return fail(toError(code, Side::Local, "cannot listen on " + toText(address)));
}

}  // namespace

// A descriptor can be on any number of loops: this one only helps to open it.
Result<Listener> Listener::open(const tcp::endpoint& address) {
  asio::io_context loop;
  auto acceptor = listening(loop, address);
  if (!acceptor) return fail(std::move(acceptor.error()));
  std::error_code code;
  auto bound = acceptor->local_endpoint(code);
  const int descriptor = code ? -1 : acceptor->release(code);
  if (code) return fail(toError(code, Side::Local, "cannot listen on " + toText(address)));
  return Listener(descriptor, std::move(bound));
}

Result<Listener::Ticket> Listener::ticketFor(std::int64_t) const { return Ticket{{}, {socket_}}; }

void Listener::close() {
  if (socket_ != platform::kNoHandle) ::close(static_cast<int>(std::exchange(socket_, platform::kNoHandle)));
}

Result<std::unique_ptr<Acceptor>> Acceptor::takeOver(asio::io_context& loop, const std::string&, platform::OwnedHandle handle) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  std::error_code code;
  if (::getsockname(static_cast<int>(handle.get()), reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    code.assign(errno, std::system_category());
    return fail(toError(code, Side::Local, "a listener that was handed over"));
  }
  tcp::acceptor acceptor(loop);
  acceptor.assign(bound.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), static_cast<int>(handle.get()), code);
  if (code) return fail(toError(code, Side::Local, "a listener that was handed over"));
  handle.release();
  return std::make_unique<SharedAcceptor>(std::move(acceptor));
}

Result<std::unique_ptr<Acceptor>> Acceptor::open(asio::io_context& loop, const tcp::endpoint& address) {
  auto acceptor = listening(loop, address);
  if (!acceptor) return fail(std::move(acceptor.error()));
  return std::make_unique<SharedAcceptor>(std::move(*acceptor));
}

}  // namespace sluice::net
