#include "tests/support/control/fake_engine.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "core/base/limits.h"
#include "core/control/frame_reader.h"

namespace sluice::test {

FakeEngine::FakeEngine(const std::filesystem::path& dataDir, Script script)
    : script_(std::move(script)),
      lock_(platform::DataDirLock::acquire(dataDir, WallTime(std::chrono::seconds(1)))),
      endpoint_(platform::ControlEndpoint::listen(dataDir)),
      listener_(endpoint_->takeListener()) {
  static_cast<void>(lock_->publish(endpoint_->address()).has_value());
  thread_ = std::thread([this] { serve(); });
}

FakeEngine::~FakeEngine() {
  stopped_ = true;
  thread_.join();
}

std::string FakeEngine::hello() {
  return control::encodeReply(0, control::Hello{control::kProtocolVersion, "sluiced", "0.1.0", 1});
}

FakeEngine::Script FakeEngine::always(control::Reply reply) {
  return [reply = std::move(reply)](const control::RequestMessage& message) -> Answer {
    return std::holds_alternative<control::Hello>(message.request) ? hello() : control::encodeReply(message.stream, reply);
  };
}

bool FakeEngine::readable(int descriptor) const {
  pollfd waiting{descriptor, POLLIN, 0};
  while (!stopped_) {
    if (poll(&waiting, 1, 5) > 0) return true;
  }
  return false;
}

void FakeEngine::serve() {
  const int listener = static_cast<int>(listener_.get());
  while (readable(listener)) {
    const platform::OwnedHandle connection(accept(listener, nullptr, nullptr));
    if (connection) converse(static_cast<int>(connection.get()));
  }
}

void FakeEngine::converse(int descriptor) {
  control::FrameReader reader(limits::kControlRequestBytesMax);
  std::array<std::byte, 4096> buffer;
  while (readable(descriptor)) {
    const auto count = recv(descriptor, buffer.data(), buffer.size(), 0);
    if (count <= 0) return;
    auto rest = Bytes(buffer).first(static_cast<std::size_t>(count));
    for (;;) {
      const auto frame = reader.next(rest);
      if (!frame) return;
      if (!*frame) break;
      if (!answer(descriptor, **frame)) return;
    }
  }
}

bool FakeEngine::answer(int descriptor, Bytes frame) {
  const auto message = control::decodeRequest(frame);
  if (!message) return false;
  const auto answer = script_(*message);
  const auto sent = send(descriptor, answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL);
  return sent >= 0 && !answer.closes;
}

}  // namespace sluice::test
