// An engine that says what a test wants it to: the lock, the endpoint and a thread that serves one connection at a
// time. Its own thread calls the script.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "core/control/decode.h"
#include "core/control/encode.h"
#include "core/control/messages.h"
#include "platform/control_endpoint.h"
#include "platform/data_dir_lock.h"

namespace sluice::test {

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

  FakeEngine(const std::filesystem::path& dataDir, Script script);
  // Lets go of the data directory as an engine that stops does.
  ~FakeEngine();
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  static std::string hello();
  // Answers Hello as an engine does and everything else with `reply`.
  static Script always(control::Reply reply);

 private:
  bool readable(int descriptor) const;
  void serve();
  void converse(int descriptor);
  // False when the connection ends.
  bool answer(int descriptor, Bytes frame);

  const Script script_;
  Result<platform::DataDirLock> lock_;
  Result<platform::ControlEndpoint> endpoint_;
  platform::OwnedHandle listener_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace sluice::test
