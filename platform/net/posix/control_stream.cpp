#include "platform/net/control_stream.h"

#include <asio/buffer.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/write.hpp>
#include <utility>

#include "platform/net/address.h"

namespace sluice::net {
namespace {

using asio::local::stream_protocol;

class SocketStream final : public ControlStream {
 public:
  explicit SocketStream(stream_protocol::socket socket) : socket_(std::move(socket)) {}

  void receiveSome(MutableBytes into, Received done) override {
    socket_.async_read_some(asio::buffer(into.data(), into.size()), std::move(done));
  }
  void sendAll(Bytes bytes, Sent done) override {
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      [done = std::move(done)](const std::error_code& code, std::size_t) { done(code); });
  }
  void close() override {
    std::error_code ignored;
    socket_.close(ignored);
  }
  std::intptr_t handle() override { return socket_.native_handle(); }

 private:
  stream_protocol::socket socket_;
};

class SocketAcceptor final : public ControlAcceptor {
 public:
  explicit SocketAcceptor(stream_protocol::acceptor acceptor) : acceptor_(std::move(acceptor)) {}

  void accept(Accepted done) override {
    acceptor_.async_accept([done = std::move(done)](const std::error_code& code, stream_protocol::socket socket) {
      done(code, code ? nullptr : std::make_unique<SocketStream>(std::move(socket)));
    });
  }
  bool isOpen() const override { return acceptor_.is_open(); }
  void close() override {
    std::error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  stream_protocol::acceptor acceptor_;
};

}  // namespace

Result<std::unique_ptr<ControlAcceptor>> ControlAcceptor::open(asio::io_context& loop, std::intptr_t listener,
                                                               const std::string& address) {
  stream_protocol::acceptor acceptor(loop);
  std::error_code code;
  acceptor.assign(stream_protocol(), static_cast<int>(listener), code);
  if (code) return fail(toError(code, Side::Local, "control socket " + address));
  return std::make_unique<SocketAcceptor>(std::move(acceptor));
}

}  // namespace sluice::net
