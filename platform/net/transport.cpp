#include "platform/net/transport.h"

#include <array>
#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include "core/base/assert.h"
#include "platform/net/address.h"
#include "platform/net/send_file.h"

namespace sluice::net {
namespace {

template <class AsioBuffer, class View>
std::span<const AsioBuffer> gather(std::span<const View> views, std::array<AsioBuffer, Transport::kBuffersMax>& out) {
  std::size_t count = 0;
  for (const auto& view : views) {
    if (count == out.size()) break;
    if (!view.empty()) out[count++] = AsioBuffer(view.data(), view.size());
  }
  return {out.data(), count};
}

IoResult outcome(std::size_t bytes, const std::error_code& code, Side side) {
  if (!code) return IoResult::ok(bytes);
  if (code == asio::error::would_block || code == asio::error::try_again) return IoResult::wouldBlock();
  if (code == asio::error::eof) return IoResult::end();
  auto error = toError(code, side);
  // Of a connection that stood: its peer is silent and the system has given up sending again.
  if (error.code == Code::ConnectTimeout) error.code = Code::ConnectionReset;
  return IoResult::failed(std::move(error));
}

}  // namespace

Transport::Transport(asio::ip::tcp::socket socket, Side side)
    : shared_(std::make_shared<Shared>(std::move(socket))), side_(side) {
  std::error_code ignored;
  shared_->socket.non_blocking(true, ignored);
  shared_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Transport::~Transport() { close(CloseKind::Orderly); }

void Transport::setHandler(Handler* handler) { shared_->handler = handler; }

IoResult Transport::receive(std::span<const MutableBytes> into) {
  std::array<asio::mutable_buffer, kBuffersMax> buffers;
  const auto gathered = gather(into, buffers);
  if (SLUICE_BUG(gathered.empty())) return IoResult::wouldBlock();
  std::error_code code;
  const auto bytes = shared_->socket.receive(gathered, 0, code);
  if (!code) received_ += bytes;
  return outcome(bytes, code, side_);
}

IoResult Transport::send(std::span<const Bytes> from) {
  std::array<asio::const_buffer, kBuffersMax> buffers;
  const auto gathered = gather(from, buffers);
  if (SLUICE_BUG(gathered.empty())) return IoResult::wouldBlock();
  std::error_code code;
  const auto bytes = shared_->socket.send(gathered, 0, code);
  if (!code) sent_ += bytes;
  return outcome(bytes, code, side_);
}

IoResult Transport::sendFile(std::intptr_t file, std::uint64_t offset, std::size_t length) {
  auto result = net::sendFile(shared_->socket.native_handle(), file, offset, length, side_);
  sent_ += result.bytes;
  return result;
}

IoResult Transport::peek() {
  char byte = 0;
  std::error_code code;
  const auto bytes =
      shared_->socket.receive(asio::buffer(&byte, 1), asio::ip::tcp::socket::message_peek, code);
  return outcome(bytes, code, side_);
}

void Transport::waitReadable() {
  if (shared_->waitingRead || !shared_->socket.is_open()) return;
  shared_->waitingRead = true;
  shared_->socket.async_wait(asio::ip::tcp::socket::wait_read, [shared = shared_](const std::error_code&) {
    shared->waitingRead = false;
    if (shared->socket.is_open() && shared->handler != nullptr) shared->handler->onReadable();
  });
}

void Transport::waitWritable() {
  if (shared_->waitingWrite || !shared_->socket.is_open()) return;
  shared_->waitingWrite = true;
  shared_->socket.async_wait(asio::ip::tcp::socket::wait_write, [shared = shared_](const std::error_code&) {
    shared->waitingWrite = false;
    if (shared->socket.is_open() && shared->handler != nullptr) shared->handler->onWritable();
  });
}

void Transport::endSending() {
  std::error_code ignored;
  shared_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Transport::close(CloseKind kind) {
  if (!shared_->socket.is_open()) return;
  std::error_code ignored;
  // Zero linger turns close into a reset (POSIX and Windows alike).
  if (kind == CloseKind::Abort) shared_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  shared_->handler = nullptr;
  shared_->socket.close(ignored);
}

bool Transport::isOpen() const { return shared_->socket.is_open(); }

std::string Transport::peerAddress() const {
  std::error_code code;
  const auto endpoint = shared_->socket.remote_endpoint(code);
  return code ? std::string() : toText(endpoint);
}

}  // namespace sluice::net
