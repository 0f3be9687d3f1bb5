// On a stream, for local sockets of macOS keep no whole messages in order: each message is announced by a frame, its handles come
// with the frame's first byte, and what finds no room of a message that has begun stays in this process until there is some.
#include "platform/port_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "platform/posix/descriptor.h"
#include "platform/posix/handle_message.h"

namespace sluice::platform {
namespace {

using Status = IoResult::Status;

// Both ends are of one build on one machine.
struct Frame {
  std::uint32_t bytes = 0;
  std::uint32_t handles = 0;
};
static_assert(sizeof(Frame) == 8 && std::is_trivially_copyable_v<Frame>);

iovec pieceOf(Bytes bytes) { return {const_cast<std::byte*>(bytes.data()), bytes.size()}; }

}  // namespace

// What has come of the next message.
class PortSocket::Flight {
 public:
  IoResult receive(int socket, MutableBytes into, Message& message);

 private:
  IoResult receiveFrame(int socket);
  IoResult skipTail(int socket);

  std::array<std::byte, sizeof(Frame)> frame_;
  std::size_t frameBytes_ = 0;
  Message message_;
  std::vector<std::byte> body_;
  std::size_t tailBytes_ = 0;  // of a message that did not fit
};

Result<std::pair<PortSocket, PortSocket>> PortSocket::makePair(std::size_t messageBytesMax) {
  return makeSocketPair(SOCK_STREAM, sizeof(Frame) + messageBytesMax);
}

void PortSocket::setPeer(Handle) {}
Handle PortSocket::receiveEvent() { return kNoHandle; }
Handle PortSocket::sendEvent() { return kNoHandle; }

PortSocket::Flight& PortSocket::flight() {
  if (!flight_) flight_ = std::make_shared<Flight>();
  return *flight_;
}

IoResult PortSocket::send(Bytes head, Bytes rest, std::span<const Handle> handles) {
  while (!rest_.empty()) {
    iovec piece = pieceOf(rest_);
    const auto sent = sendWithHandles(descriptor(socket_), std::span(&piece, 1), {});
    if (sent.status != Status::Ok) return sent;
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(sent.bytes));
  }
  const std::size_t size = head.size() + rest.size();
  if (size == 0) return IoResult::ok(0);
  const Frame frame{static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(handles.size())};
  iovec pieces[3] = {pieceOf(std::as_bytes(std::span(&frame, 1))), pieceOf(head), pieceOf(rest)};
  const auto sent = sendWithHandles(descriptor(socket_), pieces, handles);
  if (sent.status != Status::Ok) return sent;
  std::size_t gone = sent.bytes;
  for (const auto& piece : pieces) {
    const auto here = std::min(gone, piece.iov_len);
    const auto* begin = static_cast<const std::byte*>(piece.iov_base);
    rest_.insert(rest_.end(), begin + here, begin + piece.iov_len);
    gone -= here;
  }
  return IoResult::ok(size);
}

IoResult PortSocket::receive(MutableBytes into, Message& message) {
  message = {};
  return flight().receive(descriptor(socket_), into, message);
}

// Exactly the frame is read, so that handles which come with the next one are not taken for this message's.
IoResult PortSocket::Flight::receiveFrame(int socket) {
  while (frameBytes_ < frame_.size()) {
    const auto got = receiveWithHandles(socket, MutableBytes(frame_).subspan(frameBytes_), message_);
    if (got.status != Status::Ok) return got;
    if (got.bytes == 0) return IoResult::end();
    frameBytes_ += got.bytes;
  }
  return IoResult::ok(frameBytes_);
}

IoResult PortSocket::Flight::skipTail(int socket) {
  while (tailBytes_ > 0) {
    std::array<std::byte, 4096> nowhere;
    Message ignored;
    const auto got = receiveWithHandles(socket, MutableBytes(nowhere).first(std::min(nowhere.size(), tailBytes_)), ignored);
    if (got.status != Status::Ok) return got;
    if (got.bytes == 0) return IoResult::end();
    tailBytes_ -= got.bytes;
  }
  return IoResult::ok(0);
}

IoResult PortSocket::Flight::receive(int socket, MutableBytes into, Message& message) {
  if (const auto skipped = skipTail(socket); skipped.status != Status::Ok) return skipped;
  if (const auto framed = receiveFrame(socket); framed.status != Status::Ok) return framed;
  Frame frame;
  std::memcpy(&frame, frame_.data(), sizeof frame);
  if (frame.bytes == 0) return IoResult::failed({Code::ProtocolFault, Side::Local, 0, "a message of a port without bytes"});

  const std::size_t size = std::min<std::size_t>(frame.bytes, into.size());
  std::size_t has = std::min(body_.size(), size);
  std::copy_n(body_.begin(), has, into.begin());
  while (has < size) {
    const auto got = receiveWithHandles(socket, into.first(size).subspan(has), message_);
    if (got.status == Status::Ok && got.bytes == 0) return IoResult::end();
    if (got.status != Status::Ok) {
      body_.assign(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(has));
      return got;
    }
    has += got.bytes;
  }

  const auto handles = std::count_if(message_.handles.begin(), message_.handles.end(), [](const auto& each) { return bool(each); });
  message = std::exchange(message_, {});
  message.bytes = size;
  message.cut = message.cut || size < frame.bytes || static_cast<std::size_t>(handles) != frame.handles;
  tailBytes_ = frame.bytes - size;
  frameBytes_ = 0;
  body_.clear();
  return IoResult::ok(size);
}

}  // namespace sluice::platform
