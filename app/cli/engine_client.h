// A blocking conversation with the engine of one data directory: requests with their replies, then events. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/control/decode.h"
#include "core/control/frame_reader.h"
#include "core/control/messages.h"
#include "platform/local_socket.h"

namespace sluice::cli {

class EngineClient {
 public:
  using Timeout = platform::LocalSocket::Timeout;
  // An engine answers within milliseconds; this long only when the machine is in trouble.
  static constexpr Timeout kReplyTimeout = std::chrono::seconds(10);

  // Connects and says Hello. Code::NotRunning when no engine has `dataDir`; Code::ProtocolFault when it is too old or too
  // new for this program.
  static Result<EngineClient> connect(const std::filesystem::path& dataDir, Timeout timeout = kReplyTimeout);

  // The engine's reply; a Failure comes as its error. Events that arrive meanwhile are passed over.
  Result<control::Reply> request(const control::Request& request);

  // The next event, or nothing when the engine ended the connection. Code::IdleTimeout: none came in time.
  Result<std::optional<control::Reply>> nextEvent(Timeout timeout);

 private:
  EngineClient(platform::LocalSocket socket, Timeout timeout);

  Result<void> exchangeHellos();
  Result<std::optional<control::ReplyMessage>> nextMessage(Timeout timeout);

  platform::LocalSocket socket_;
  Timeout timeout_;
  control::FrameReader reader_;
  std::vector<std::byte> buffer_;
  Bytes received_;  // of buffer_, what the reader has not taken yet
  control::StreamId lastStream_ = 0;
};

// The reply to `request`, which must be a `Wanted`.
template <class Wanted>
Result<Wanted> ask(EngineClient& client, const control::Request& request) {
  auto reply = client.request(request);
  if (!reply) return fail(reply.error());
  if (auto* wanted = std::get_if<Wanted>(&*reply)) return std::move(*wanted);
  return fail(Side::Local, Code::ProtocolFault, "the engine gave an answer that does not fit the question");
}

template <class Wanted>
Result<Wanted> askEngine(const std::filesystem::path& dataDir, const control::Request& request) {
  auto client = EngineClient::connect(dataDir);
  if (!client) return fail(client.error());
  return ask<Wanted>(*client, request);
}

}  // namespace sluice::cli
