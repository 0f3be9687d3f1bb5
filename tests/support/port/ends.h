// Two ends of a port in one process, and what became of everything sent between them. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/port/port.h"
#include "platform/port_socket.h"
#include "platform/process.h"

namespace sluice::test {

inline std::uint32_t ownPid() { return static_cast<std::uint32_t>(platform::ownProcessId()); }

// One end with a port on it: keeps what came.
class PortEnd final : public port::Port::Handler {
 public:
  struct Message {
    std::uint8_t type = 0;
    std::uint32_t stream = 0;
    std::uint16_t replyPort = 0;
    bool last = true;
    std::string payload;  // of plain messages, or of all chunks in order
    std::size_t buffers = 0;
    std::size_t handles = 0;
  };

  explicit PortEnd(platform::PortSocket socket, port::Port::Options options = {}) {
    platform::prepareServerProcess();  // as every program with a port does
    options.ownPid = ownPid();
    if (options.peerPid == 0) options.peerPid = ownPid();
    port = std::make_unique<port::Port>(std::move(socket), options, *this);
    started = bool(port->start());
  }

  void received(port::Incoming& message) override {
    Message copy{message.type, message.stream, message.replyPort, message.last, std::string(asText(message.payload)),
                 message.buffers.size(), 0};
    for (auto& buffer : message.buffers) {
      copy.payload += asText(buffer.bytes());
      if (keepBuffers) kept.push_back(std::move(buffer));
    }
    for (auto& handle : message.handles) {
      if (!handle) continue;
      ++copy.handles;
      handles.push_back(std::move(handle));
    }
    messages.push_back(std::move(copy));
  }
  void roomAgain() override { ++rooms; }
  void note(const std::string& what) override { notes.push_back(what); }
  void failed(const Error& why) override { failures.push_back(why); }
  void waitReadable() override { waitsReadable = waitsRing = true; }
  void waitWritable() override { waitsWritable = true; }
  void turnAgain() override { again = true; }
  void freedElsewhere() override { freed = true; }

  // What a loop would do when everything that can be ready is.
  void turn() {
    if (std::exchange(freed, false)) port->sendFreed();
    again = false;
    port->process();
    if (std::exchange(waitsWritable, false)) port->writable();
  }

  port::Sent send(std::uint8_t type, std::string_view payload, std::uint32_t stream = 0) {
    port::Outgoing message;
    message.type = type;
    message.stream = stream;
    message.payload = asBytes(payload);
    return port->send(message);
  }
  port::Sent sendShared(std::uint8_t type, std::string_view text, std::uint32_t stream = 0) {
    auto buffer = port->allocate(text.size());
    if (!buffer) return port::Sent::Again;
    std::memcpy(buffer.data, text.data(), text.size());
    buffer.size = static_cast<std::uint32_t>(text.size());
    port::Outgoing message;
    message.type = type;
    message.stream = stream;
    message.buffers = std::span(&buffer, 1);
    const auto sent = port->send(message);
    if (buffer) port->memory().release(buffer);
    return sent;
  }

  std::string texts() const {
    std::string all;
    for (const auto& message : messages) all += (all.empty() ? "" : " ") + message.payload;
    return all;
  }

  bool started = false;
  bool keepBuffers = false;
  bool waitsReadable = false;
  bool waitsRing = false;
  bool waitsWritable = false;
  bool again = false;
  bool freed = false;
  int rooms = 0;
  std::vector<port::ReceivedBuffer> kept;
  std::vector<Message> messages;
  std::vector<platform::OwnedHandle> handles;
  std::vector<std::string> notes;
  std::vector<Error> failures;
  std::unique_ptr<port::Port> port;
};

struct PortPair {
  explicit PortPair(port::Port::Options options = {}, bool greet = true) {
    auto pair = platform::PortSocket::makePair(limits::kPortMessageBytes);
    a = std::make_unique<PortEnd>(std::move(pair->first), options);
    b = std::make_unique<PortEnd>(std::move(pair->second), options);
    if (greet) run();
  }

  // Until nothing moves any more.
  void run(int rounds = 50) {
    for (int i = 0; i < rounds; ++i) {
      if (a->port) a->turn();
      if (b->port) b->turn();
    }
  }

  std::unique_ptr<PortEnd> a;
  std::unique_ptr<PortEnd> b;
};

// A raw end that says whatever a test wants, in the place of a port.
struct RawEnd {
  platform::PortSocket socket;
  std::uint32_t peerPid = ownPid();
  platform::DoorbellButton button = {};  // of the peer; came with its queue

  port::MessageHeader header(std::uint8_t type, std::size_t size, std::uint8_t flags = port::flag::kLast) const {
    port::MessageHeader header;
    header.pid = ownPid();
    header.type = type;
    header.flags = flags;
    header.size = static_cast<std::uint32_t>(size);
    return header;
  }
  bool say(const port::MessageHeader& header, Bytes payload, std::span<const platform::Handle> handles = {}) {
    return socket.send(port::bytesOf(header), payload, handles).status == IoResult::Status::Ok;
  }
  bool greet(std::uint32_t version = port::kPortVersion, std::uint32_t protocol = 0) {
    port::Hello hello;
    hello.version = version;
    hello.protocol = protocol;
    return say(header(port::type::kHello, sizeof hello), port::bytesOf(hello));
  }
  // The next message that is not a wake-up, with its handles.
  bool hear(std::vector<std::byte>& into, platform::PortSocket::Message& message) {
    into.resize(sizeof(port::MessageHeader) + limits::kPortMessageBytes);
    const auto result = socket.receive(into, message);
    if (result.status != IoResult::Status::Ok) return false;
    into.resize(message.bytes);
    return true;
  }
  // The queue that the peer reads from, as its hello, which must have come, gave it. Its button is kept.
  platform::SharedMemory queue(std::uint32_t slotCount) {
    std::vector<std::byte> bytes;
    platform::PortSocket::Message message;
    if (!hear(bytes, message)) return {};
    if (auto taken = platform::DoorbellButton::take(std::move(message.handles[1]))) button = std::move(*taken);
    auto memory = platform::SharedMemory::map(std::move(message.handles[0]), port::queueBytes(slotCount));
    return memory ? std::move(*memory) : platform::SharedMemory();
  }
};

// A port whose peer is the test itself.
struct LonePort {
  explicit LonePort(port::Port::Options options = {}, bool greet = true) {
    auto pair = platform::PortSocket::makePair(limits::kPortMessageBytes);
    raw.socket = std::move(pair->second);
    end = std::make_unique<PortEnd>(std::move(pair->first), options);
    if (greet) raw.greet();
    end->turn();
  }
  platform::SharedMemory queue(std::uint32_t slotCount) { return raw.queue(slotCount); }

  RawEnd raw;
  std::unique_ptr<PortEnd> end;
};

}  // namespace sluice::test
