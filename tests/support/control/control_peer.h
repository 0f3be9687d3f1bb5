// A program at an engine's control endpoint that says what a test wants and reads only when it is told to. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/limits.h"
#include "core/base/version.h"
#include "core/control/decode.h"
#include "core/control/encode.h"
#include "core/control/frame_reader.h"
#include "platform/data_dir_lock.h"
#include "platform/local_socket.h"

namespace sluice::test {

class ControlPeer {
 public:
  using Timeout = platform::LocalSocket::Timeout;
  static constexpr Timeout kPatience = std::chrono::seconds(60);

  // Says Hello. Nothing: no engine listens there.
  static std::optional<ControlPeer> attach(const std::filesystem::path& dataDir) {
    const auto owner = platform::engineOwner(dataDir);
    if (!owner) return std::nullopt;
    auto socket = platform::LocalSocket::connect(owner->controlAddress, kPatience);
    if (!socket) return std::nullopt;
    ControlPeer peer(std::move(*socket));
    if (!peer.say(control::Hello{control::kProtocolVersion, "test", std::string(version()), 0})) return std::nullopt;
    return peer;
  }

  // False: the engine has ended the connection, or does not take it in time.
  bool say(const control::Request& request, int times = 1) {
    std::string frames;
    for (int i = 0; i < times; ++i) frames += control::encodeRequest(++lastStream_, request);
    return socket_.send(asBytes(frames), kPatience).has_value();
  }
  // The next reply or event that is a `Wanted`; others are passed over. Nothing: the connection has ended, or nothing came in time.
  template <class Wanted>
  std::optional<Wanted> hear(Timeout timeout = kPatience) {
    for (auto message = next(timeout); message; message = next(timeout)) {
      if (auto* wanted = std::get_if<Wanted>(&message->reply)) return std::move(*wanted);
    }
    return std::nullopt;
  }
  // Passes over whatever comes until the engine ends the connection.
  bool isEnded() {
    while (next(kPatience)) {
    }
    return ended_;
  }

 private:
  explicit ControlPeer(platform::LocalSocket socket) : socket_(std::move(socket)) {}

  std::optional<control::ReplyMessage> next(Timeout timeout) {
    for (;;) {
      auto frame = reader_.next(received_);
      if (!frame) return std::nullopt;
      if (*frame) {
        auto message = control::decodeReply(**frame);
        return message ? std::optional(std::move(*message)) : std::nullopt;
      }
      const auto count = socket_.receive(buffer_, timeout);
      ended_ = count ? *count == 0 : count.error().code != Code::IdleTimeout;
      if (!count || *count == 0) return std::nullopt;
      received_ = Bytes(buffer_).first(*count);
    }
  }

  platform::LocalSocket socket_;
  control::FrameReader reader_{limits::kControlFrameBytesMax};
  std::vector<std::byte> buffer_ = std::vector<std::byte>(64 * limits::kKiB);
  Bytes received_;  // of it, what the reader has not taken yet
  control::StreamId lastStream_ = 0;
  bool ended_ = false;
};

}  // namespace sluice::test
