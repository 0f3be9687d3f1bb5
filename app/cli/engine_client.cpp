#include "app/cli/engine_client.h"

#include <string>
#include <thread>
#include <utility>

#include "core/base/limits.h"
#include "core/base/version.h"
#include "core/control/encode.h"
#include "platform/data_dir_lock.h"

namespace sluice::cli {
namespace {

using platform::LocalSocket;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kReceiveBytes = 64 * limits::kKiB;

tl::unexpected<Error> notRunning(const std::filesystem::path& dataDir) {
  return fail(Side::Local, Code::NotRunning, "data directory " + dataDir.string());
}

tl::unexpected<Error> goneAway() {
  return fail(Side::Local, Code::ConnectionReset, "the engine ended the control connection");
}

// Where the engine of `dataDir` listens. One that has just taken the directory is given time to say so.
Result<std::string> controlAddress(const std::filesystem::path& dataDir, SteadyClock::time_point deadline) {
  for (;;) {
    const auto owner = platform::engineOwner(dataDir);
    if (!owner) return notRunning(dataDir);
    if (!owner->controlAddress.empty()) return owner->controlAddress;
    if (!platform::mayBeRunning(*owner) || SteadyClock::now() >= deadline) return notRunning(dataDir);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

EngineClient::EngineClient(LocalSocket socket, Timeout timeout)
    : socket_(std::move(socket)), timeout_(timeout), reader_(limits::kControlFrameBytesMax), buffer_(kReceiveBytes) {}

Result<EngineClient> EngineClient::connect(const std::filesystem::path& dataDir, Timeout timeout) {
  const auto address = controlAddress(dataDir, SteadyClock::now() + timeout);
  if (!address) return fail(address.error());
  auto socket = LocalSocket::connect(*address, timeout);
  if (!socket && socket.error().code == Code::NotRunning) return notRunning(dataDir);
  if (!socket) return fail(socket.error());
  EngineClient client(*std::move(socket), timeout);
  if (auto met = client.exchangeHellos(); !met) return fail(met.error());
  return client;
}

Result<void> EngineClient::exchangeHellos() {
  const control::Hello mine{control::kProtocolVersion, "sluicectl", std::string(version()), 0};
  if (auto sent = socket_.send(asBytes(control::encodeRequest(0, mine)), timeout_); !sent) return sent;
  const auto message = nextMessage(timeout_);
  if (!message) return fail(message.error());
  if (!*message) return goneAway();
  const auto& reply = (*message)->reply;
  if (const auto* failure = std::get_if<control::Failure>(&reply)) return fail(failure->error);
  const auto* theirs = std::get_if<control::Hello>(&reply);
  if (theirs == nullptr) return fail(Side::Local, Code::ProtocolFault, "the engine did not introduce itself");
  if (auto why = control::incompatibility(mine, *theirs)) return fail(*std::move(why));
  return {};
}

Result<control::Reply> EngineClient::request(const control::Request& request) {
  const auto stream = ++lastStream_;
  if (auto sent = socket_.send(asBytes(control::encodeRequest(stream, request)), timeout_); !sent) return fail(sent.error());
  const auto deadline = SteadyClock::now() + timeout_;
  for (;;) {
    auto message = nextMessage(std::chrono::ceil<Timeout>(deadline - SteadyClock::now()));
    if (!message) return fail(message.error());
    if (!*message) return goneAway();
    if ((*message)->stream != stream) continue;
    if (auto* failure = std::get_if<control::Failure>(&(*message)->reply)) return fail(std::move(failure->error));
    return std::move((*message)->reply);
  }
}

Result<std::optional<control::Reply>> EngineClient::nextEvent(Timeout timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  for (;;) {
    auto message = nextMessage(std::chrono::ceil<Timeout>(deadline - SteadyClock::now()));
    if (!message) return fail(message.error());
    if (!*message) return std::optional<control::Reply>();
    if ((*message)->stream == 0) return std::optional<control::Reply>(std::move((*message)->reply));
  }
}

Result<std::optional<control::ReplyMessage>> EngineClient::nextMessage(Timeout timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  for (;;) {
    const auto frame = reader_.next(received_);
    if (!frame) return fail(frame.error());
    if (*frame) {
      auto message = control::decodeReply(**frame);
      if (!message) return fail(message.error());
      return std::optional<control::ReplyMessage>(*std::move(message));
    }
    const auto count = socket_.receive(buffer_, std::chrono::ceil<Timeout>(deadline - SteadyClock::now()));
    if (!count) return fail(count.error());
    if (*count == 0 && !reader_.betweenFrames()) return goneAway();
    if (*count == 0) return std::optional<control::ReplyMessage>();
    received_ = Bytes(buffer_).first(*count);
  }
}

}  // namespace sluice::cli
