// An engine that says what a test wants it to: the lock, the endpoint and a thread that serves one connection at a
// time. Its own thread calls the script.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "core/base/limits.h"
#include "core/control/decode.h"
#include "core/control/encode.h"
#include "core/control/frame_reader.h"
#include "platform/control_endpoint.h"
#include "platform/data_dir_lock.h"

namespace sluice::cli {

class FakeEngine {
 public:
  // What one request is answered with.
  struct Answer {
    Answer(std::string text) : bytes(std::move(text)) {}
    Answer(std::string text, bool last) : bytes(std::move(text)), closes(last) {}
    std::string bytes;
    bool closes = false;  // the connection ends after it
  };
  using Script = std::function<Answer(const control::RequestMessage&)>;

  FakeEngine(const std::filesystem::path& dataDir, Script script)
      : script_(std::move(script)),
        lock_(platform::DataDirLock::acquire(dataDir, WallTime(std::chrono::seconds(1)))),
        endpoint_(platform::ControlEndpoint::listen(dataDir)),
        listener_(endpoint_->takeListener()) {
    static_cast<void>(lock_->publish(endpoint_->address()).has_value());
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeEngine() {
    stopped_ = true;
    thread_.join();
  }

  static std::string hello() {
    return control::encodeReply(0, control::Hello{control::kProtocolVersion, "sluiced", "0.1.0", 1});
  }
  // Answers Hello as an engine does and everything else with `reply`.
  static Script always(control::Reply reply) {
    return [reply = std::move(reply)](const control::RequestMessage& message) -> Answer {
      return std::holds_alternative<control::Hello>(message.request) ? hello() : control::encodeReply(message.stream, reply);
    };
  }

 private:
  bool readable(int descriptor) const {
    pollfd waiting{descriptor, POLLIN, 0};
    while (!stopped_) {
      if (poll(&waiting, 1, 5) > 0) return true;
    }
    return false;
  }

  void serve() {
    const int listener = static_cast<int>(listener_.get());
    while (readable(listener)) {
      const platform::OwnedHandle connection(accept(listener, nullptr, nullptr));
      if (connection) converse(static_cast<int>(connection.get()));
    }
  }

  void converse(int descriptor) {
    control::FrameReader reader(limits::kControlRequestBytesMax);
    std::array<std::byte, 4096> buffer;
    while (readable(descriptor)) {
      const auto count = recv(descriptor, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      auto rest = Bytes(buffer).first(std::size_t(count));
      for (;;) {
        const auto frame = reader.next(rest);
        if (!frame) return;
        if (!*frame) break;
        const auto message = control::decodeRequest(**frame);
        if (!message) return;
        const auto answer = script_(*message);
        if (send(descriptor, answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL) < 0 || answer.closes) return;
      }
    }
  }

  Script script_;
  Result<platform::DataDirLock> lock_;
  Result<platform::ControlEndpoint> endpoint_;
  platform::OwnedHandle listener_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace sluice::cli
