#include "platform/net/transport.h"

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>
#include <vector>

#include "core/base/assert.h"
#include "platform/net/address.h"
#include "platform/net/keep_alive.h"
#include "platform/net/send_file.h"
#include "platform/net/transmit_file.h"
#include "platform/net/transport_shared.h"

namespace sluice::net {
namespace {

constexpr std::size_t kFewBuffers = 4;  // heads and small bodies: Asio's buffers are cleared for every call

// A single buffer is better given by itself: then Asio makes the plainer system call, which costs less.
template <class AsioBuffer, class View, std::size_t N>
std::span<const AsioBuffer> gather(std::span<const View> views, std::array<AsioBuffer, N>& out) {
  std::size_t count = 0;
  for (const auto& view : views) {
    if (count == out.size()) break;
    if (!view.empty()) out[count++] = AsioBuffer(view.data(), view.size());
  }
  return {out.data(), count};
}

// Of a connection that stood: its peer is silent and the system has given up sending again.
IoResult ofStanding(IoResult result) {
  if (result.error.code == Code::ConnectTimeout) result.error.code = Code::ConnectionReset;
  return result;
}

IoResult outcome(std::size_t bytes, const std::error_code& code, Side side) {
  if (!code) return IoResult::ok(bytes);
  if (wouldBlock(code)) return IoResult::wouldBlock();
  if (code == asio::error::eof) return IoResult::end();
  return ofStanding(IoResult::failed(toError(code, side)));
}

}  // namespace

void Transport::Shared::sendTaken(Side side) {
  underWay = taken.size();
  asio::async_write(socket, asio::buffer(taken), [self = shared_from_this(), side](const std::error_code& code, std::size_t bytes) {
    self->sent(outcome(bytes, code, side));
  });
}

IoResult Transport::Shared::transmit(std::intptr_t file, std::uint64_t offset, std::size_t length, Side side) {
  auto started = transmitFile(socket, file, offset, length, side, [self = shared_from_this()](IoResult outcome) {
    self->sent(ofStanding(std::move(outcome)));
  });
  underWay = started.bytes;
  return ofStanding(std::move(started));
}

void Transport::Shared::sent(IoResult outcome) {
  std::error_code ignored;
  if (outcome.status != IoResult::Status::Ok) sendFailed = std::move(outcome.error);
  underWay = 0;
  taken = {};
  patience.reset();
  if (after == After::EndSending) socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  if (after == After::Close) socket.close(ignored);
  announceWritable();
}

// Closing now would throw away what is in flight. A peer that never takes it is given up in the end.
void Transport::Shared::closeWhenSent() {
  after = After::Close;
  const auto pieces = (underWay + kTakenSendBytesMax - 1) / kTakenSendBytesMax;
  patience.emplace(socket.get_executor(), std::chrono::milliseconds(kCloseSendMs) * pieces);
  patience->async_wait([self = shared_from_this()](const std::error_code& code) {
    std::error_code ignored;
    if (!code) self->socket.close(ignored);
  });
}

Transport::Transport(asio::ip::tcp::socket socket, Side side, Strategy strategy)
    : shared_(std::make_shared<Shared>(std::move(socket))), side_(side), strategy_(strategy) {
  std::error_code ignored;
  shared_->socket.non_blocking(true, ignored);
  shared_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  keepAlive(static_cast<std::intptr_t>(shared_->socket.native_handle()));
}

Transport::~Transport() { close(CloseKind::Orderly); }

void Transport::setHandler(Handler* handler) { shared_->handler = handler; }

IoResult Transport::receive(std::span<const MutableBytes> into) {
  return isOpen() && shared_->isLent() ? receiveLent(into) : receiveNow(into);
}

IoResult Transport::receiveNow(std::span<const MutableBytes> into) {
  return into.size() <= kFewBuffers ? receiveGathered<kFewBuffers>(into) : receiveGathered<kBuffersMax>(into);
}

template <std::size_t N>
IoResult Transport::receiveGathered(std::span<const MutableBytes> into) {
  std::array<asio::mutable_buffer, N> buffers;
  const auto gathered = gather(into, buffers);
  if (SLUICE_BUG(gathered.empty())) return IoResult::wouldBlock();
  if (!isOpen()) return outcome(0, asio::error::bad_descriptor, side_);
  std::error_code code;
  auto& socket = shared_->socket;
  const auto bytes = gathered.size() == 1 ? socket.receive(gathered.front(), 0, code) : socket.receive(gathered, 0, code);
  if (!code) received_ += bytes;
  if (isFailure(code)) shared_->receiveFailed = code;
  return outcome(bytes, shared_->why(code), side_);
}

IoResult Transport::send(std::span<const Bytes> from) {
  return from.size() <= kFewBuffers ? sendGathered<kFewBuffers>(from) : sendGathered<kBuffersMax>(from);
}

template <std::size_t N>
IoResult Transport::sendGathered(std::span<const Bytes> from) {
  std::array<asio::const_buffer, N> buffers;
  const auto gathered = gather(from, buffers);
  if (SLUICE_BUG(gathered.empty())) return IoResult::wouldBlock();
  if (!isOpen()) return outcome(0, asio::error::bad_descriptor, side_);
  if (shared_->sendFailed) return IoResult::failed(*shared_->sendFailed);
  if (shared_->isSending()) return IoResult::wouldBlock();
  std::error_code code;
  auto& socket = shared_->socket;
  const auto bytes = gathered.size() == 1 ? socket.send(gathered.front(), 0, code) : socket.send(gathered, 0, code);
  if (!code) sent_ += bytes;
  auto result = outcome(bytes, code, side_);
  const bool full = result.status == IoResult::Status::WouldBlock;
  return full && strategy_.sendMode == SendMode::TakeOver ? takeOver(from) : result;
}

IoResult Transport::takeOver(std::span<const Bytes> from) {
  auto& taken = shared_->taken;
  for (const auto& piece : from) {
    const auto count = std::min(piece.size(), kTakenSendBytesMax - taken.size());
    taken.insert(taken.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  }
  const auto bytes = taken.size();
  sent_ += bytes;
  shared_->sendTaken(side_);
  return IoResult::ok(bytes);
}

IoResult Transport::sendFile(std::intptr_t file, std::uint64_t offset, std::size_t length) {
  if (!isOpen()) return outcome(0, asio::error::bad_descriptor, side_);
  if (shared_->sendFailed) return IoResult::failed(*shared_->sendFailed);
  if (shared_->isSending()) return IoResult::wouldBlock();
  const bool transmits = strategy_.fileMode == FileMode::Transmit;
  auto result = transmits ? shared_->transmit(file, offset, length, side_) : attemptFile(file, offset, length);
  sent_ += result.bytes;
  const bool full = result.status == IoResult::Status::WouldBlock;
  return full && strategy_.sendMode == SendMode::TakeOver ? takeOverFile(file, offset, length) : result;
}

IoResult Transport::attemptFile(std::intptr_t file, std::uint64_t offset, std::size_t length) {
  return ofStanding(net::sendFile(static_cast<std::intptr_t>(shared_->socket.native_handle()), file, offset, length, side_));
}

IoResult Transport::takeOverFile(std::intptr_t file, std::uint64_t offset, std::size_t length) {
  std::vector<std::byte> piece(std::min(length, kTakenSendBytesMax));
  auto read = readForSending(file, offset, length, piece);
  if (read.status != IoResult::Status::Ok) return read;
  const Bytes bytes(piece.data(), read.bytes);
  return takeOver({&bytes, 1});
}

IoResult Transport::receiveInto(KernelPipe& pipe) {
  if (!isOpen()) return outcome(0, asio::error::bad_descriptor, side_);
  auto result = ofStanding(pipe.fill(static_cast<std::intptr_t>(shared_->socket.native_handle()), side_));
  received_ += result.bytes;
  return result;
}

IoResult Transport::sendFrom(KernelPipe& pipe) {
  if (!isOpen()) return outcome(0, asio::error::bad_descriptor, side_);
  auto result = ofStanding(pipe.drain(static_cast<std::intptr_t>(shared_->socket.native_handle()), side_));
  sent_ += result.bytes;
  return result;
}

IoResult fileEndedEarly(std::uint64_t offset, std::size_t missing) {
  return IoResult::failed({Code::FileChanged, Side::Local, 0,
                           "file ended at " + std::to_string(offset) + ", " + std::to_string(missing) +
                               " bytes before the end of what was to be sent"});
}

IoResult Transport::peek() {
  if (!isOpen()) return outcome(0, asio::error::bad_descriptor, side_);
  if (shared_->isLent()) return shared_->loan->inFlight ? IoResult::wouldBlock() : IoResult::ok(1);
  char byte = 0;
  std::error_code code;
  const auto bytes =
      shared_->socket.receive(asio::buffer(&byte, 1), asio::ip::tcp::socket::message_peek, code);
  return outcome(bytes, shared_->why(code), side_);
}

void Transport::waitReadable() {
  if (shared_->waitingRead || !isOpen()) return;
  shared_->waitingRead = true;
  receivedAtWait_ = received_;
  if (shared_->isLent()) return asio::post(shared_->socket.get_executor(), [shared = shared_] { shared->announceReadable(); });
  shared_->socket.async_wait(asio::ip::tcp::socket::wait_read, [shared = shared_](const std::error_code& code) {
    if (isFailure(code)) shared->receiveFailed = code;
    shared->announceReadable();
  });
}

void Transport::waitWritable() {
  if (shared_->waitingWrite || !isOpen()) return;
  shared_->waitingWrite = true;
  switch (strategy_.sendMode) {
    case SendMode::Wait:
      shared_->socket.async_wait(asio::ip::tcp::socket::wait_write,
                                 [shared = shared_](const std::error_code&) { shared->announceWritable(); });
      return;
    case SendMode::TakeOver:
      // The end of what is in flight announces it. With nothing in flight there is room for another.
      if (!shared_->isSending()) {
        asio::post(shared_->socket.get_executor(), [shared = shared_] { shared->announceWritable(); });
      }
      return;
  }
}

void Transport::endSending() {
  if (shared_->isSending()) {
    if (isOpen()) shared_->after = Shared::After::EndSending;
    return;
  }
  std::error_code ignored;
  shared_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Transport::close(CloseKind kind) {
  if (!isOpen()) return;
  shared_->handler = nullptr;
  shared_->breakOffLoan();
  if (kind == CloseKind::Orderly && shared_->isSending()) return shared_->closeWhenSent();
  std::error_code ignored;
  // Zero linger turns close into a reset (POSIX and Windows alike).
  if (kind == CloseKind::Abort) shared_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  shared_->socket.close(ignored);
}

bool Transport::isOpen() const { return shared_->isOpen(); }

std::string Transport::localHost() const {
  std::error_code code = asio::error::bad_descriptor;
  const auto endpoint = isOpen() ? shared_->socket.local_endpoint(code) : asio::ip::tcp::endpoint();
  const auto address = endpoint.address();
  const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  return code ? std::string() : mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string() : address.to_string();
}

std::string Transport::peerAddress() const {
  std::error_code code = asio::error::bad_descriptor;
  const auto endpoint = isOpen() ? shared_->socket.remote_endpoint(code) : asio::ip::tcp::endpoint();
  return code ? std::string() : toText(endpoint);
}

}  // namespace sluice::net
