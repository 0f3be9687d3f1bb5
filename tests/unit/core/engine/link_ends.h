// A link towards a client and one towards upstream, and the sockets at their other ends. One thread: its loop runs only
// inside runUntil().
#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>
#include <array>
#include <functional>
#include <memory>
#include <string>

#include "core/buffer/heap_block_pool.h"
#include "core/engine/clock.h"
#include "core/engine/link.h"
#include "core/engine/relay.h"
#include "platform/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wire/socket_pair.h"

namespace sluice::test {

struct LinkEnds {
  LinkEnds() { platform::prepareServerProcess(); }

  static MonoTime now() { return engine::readClocks().mono; }
  // Goes once a block that is lent to a wait came back; with it both connections.
  struct RelayEnd {
    LinkEnds* ends;
    void operator()(engine::Relay* relay) const {
      relay->cancel();
      if (!relay->isIdle()) ends->closeUntil([relay] { return relay->isIdle(); });
      delete relay;
    }
  };
  using OwnedRelay = std::unique_ptr<engine::Relay, RelayEnd>;
  OwnedRelay makeRelay() {
    const engine::Relay::Means means{blocks, files, directory.path(), directory.path(), &kernelPipes};
    return OwnedRelay(new engine::Relay(means, [] {}), RelayEnd{this});
  }

  void closeUntil(const std::function<bool()>& holds) {
    client.transport().close(net::CloseKind::Orderly);
    upstream.transport().close(net::CloseKind::Orderly);
    runUntil(loop, holds);
  }
  bool splices() const { return net::hasKernelPipes() && client.canSplice() && upstream.canSplice(); }
  // At once, or when a wait gives back what it owns.
  bool untilNothingIsHeld() {
    return drive([&] { return blocks.taken() == 0; });
  }
  // Runs `step` again whenever something may have happened, until it says true. False at the deadline.
  template <class Step>
  bool drive(Step step) {
    return runUntil(loop, [&] {
      const bool done = step();
      for (engine::Link* link : {&client, &upstream}) {
        link->waitReadable();
        link->waitWritableIfBlocked(now());
      }
      return done;
    });
  }

  // Everything that has come to the far end of a link so far is added to `text`; true when its stream has ended.
  static bool readSome(asio::ip::tcp::socket& socket, std::string& text) {
    socket.non_blocking(true);
    std::array<char, 65536> buffer;
    for (;;) {
      std::error_code code;
      const auto count = socket.read_some(asio::buffer(buffer), code);
      text.append(buffer.data(), count);
      if (code) return code != asio::error::would_block;
    }
  }
  static void write(asio::ip::tcp::socket& socket, const std::string& text) { asio::write(socket, asio::buffer(text)); }
  static void reset(asio::ip::tcp::socket& socket) {
    socket.set_option(asio::socket_base::linger(true, 0));
    socket.close();
  }

  TemporaryDirectory directory;
  asio::io_context loop;
  SocketPair clientPair{loop};
  SocketPair upstreamPair{loop};
  engine::Link client{std::move(clientPair.near), Side::Client, nullptr};
  engine::Link upstream{std::move(upstreamPair.near), Side::Upstream, nullptr};
  asio::ip::tcp::socket& browser = clientPair.far;
  asio::ip::tcp::socket& server = upstreamPair.far;
  buffer::HeapBlockPool blocks;
  net::KernelPipes kernelPipes;
  platform::FilePool files{[this](platform::FilePool::Task task) { asio::post(loop, std::move(task)); }};
};

}  // namespace sluice::test
