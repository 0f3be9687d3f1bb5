// Two transports at the ends of one connection. One thread: their loop runs only inside runUntil() and settle().
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/net/transport.h"
#include "tests/support/test.h"
#include "tests/support/wire/socket_pair.h"

namespace sluice::test {

using net::Transport;
using Status = IoResult::Status;

struct Announced final : Transport::Handler {
  int readable = 0;
  int writable = 0;
  void onReadable() override { ++readable; }
  void onWritable() override { ++writable; }
};

// Every test here holds for every strategy, whatever back end it was made for.
inline net::Strategy strategy() {
  auto all = net::nativeStrategy();
  const auto send = option("send", "native");
  if (send == "wait") all.sendMode = net::SendMode::Wait;
  if (send == "take-over") all.sendMode = net::SendMode::TakeOver;
  const auto receive = option("receive", "native");
  if (receive == "wait") all.receiveMode = net::ReceiveMode::Wait;
  if (receive == "lend") all.receiveMode = net::ReceiveMode::Lend, all.muchBytes = 0;
  const auto file = option("file", "native");
  if (file == "attempt") all.fileMode = net::FileMode::Attempt;
  if (file == "transmit") all.fileMode = net::FileMode::Transmit;
  return all;
}

// Memory that is lent to waits.
struct Lending final : Lender {
  void givenBack() override { ++back; }
  std::array<std::byte, 100> memory{};
  int back = 0;
};

struct TransportRig {
  TransportRig() : TransportRig(std::make_unique<asio::io_context>()) {}
  explicit TransportRig(std::unique_ptr<asio::io_context> io) : TransportRig(std::move(io), strategy()) {}
  explicit TransportRig(net::Strategy strategy) : TransportRig(std::make_unique<asio::io_context>(), strategy) {}
  TransportRig(std::unique_ptr<asio::io_context> io, net::Strategy strategy) : loop_(std::move(io)), loop(*loop_) {
    SocketPair pair(loop);
    near.emplace(std::move(pair.near), Side::Client, strategy);
    far.emplace(std::move(pair.far), Side::Upstream, strategy);
    near->setHandler(&heard);
  }

  // With memory where the strategy lends it.
  void waitReadable() {
    if (!near->lend(lending.memory, lending)) near->waitReadable();
  }

  IoResult send(Transport& transport, std::string_view text) {
    const Bytes piece = asBytes(text);
    return transport.send({&piece, 1});
  }
  IoResult receive(Transport& transport, std::string& into, std::size_t room = 1000) {
    std::vector<std::byte> buffer(room);
    const MutableBytes piece(buffer);
    auto result = transport.receive({&piece, 1});
    into.append(asText(Bytes(buffer).first(result.bytes)));
    return result;
  }
  // Receives as it arrives until there is `text`, the stream's end or its failure.
  IoResult receiveUntil(Transport& transport, const std::string& text) {
    IoResult result;
    const bool came = runUntil(loop, [&] {
      result = receive(transport, received);
      return received == text || (result.status != Status::Ok && result.status != Status::WouldBlock);
    });
    return came ? result : IoResult::wouldBlock();
  }
  // Sends until the system takes no more.
  std::size_t fill(Transport& transport) {
    const std::string much(1 << 20, 'x');
    std::size_t sent = 0;
    for (auto result = send(transport, much); result.status == Status::Ok; result = send(transport, much)) sent += result.bytes;
    return sent;
  }
  // Everything that is ready now, and nothing that would have to be waited for.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) {
    }
  }

  Lending lending;  // outlives what the system may write there
  std::unique_ptr<asio::io_context> loop_;
  asio::io_context& loop;
  Announced heard;
  std::optional<Transport> near;
  std::optional<Transport> far;
  std::string received;
};

}  // namespace sluice::test
