// A data directory with a history in it, written by the real recorder, for tests to read through the window. Any one
// thread.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "core/capture/records.h"
#include "core/store/recorder.h"
#include "tests/support/temporary_directory.h"

namespace sluice::gui::test {

class Recording {
 public:
  Recording();
  ~Recording();

  const std::filesystem::path& dataDir() const { return directory_.path(); }
  store::Recorder& recorder() { return *recorder_; }

  // Begins the next exchange and gives its id. Nothing is certain to be committed before flush().
  ExchangeId begin(const std::string& path = "/", const std::string& method = "GET");
  // With this head, whatever it says.
  ExchangeId beginWith(const std::string& method, const std::string& path, const std::string& head);
  ExchangeId beginTunnel(const std::string& target);
  void answer(ExchangeId id, int status, const std::string& contentType);
  void answerWith(ExchangeId id, const std::string& head, const std::string& contentType);
  void body(ExchangeId id, capture::Direction direction, const std::string& bytes);
  void end(ExchangeId id, Error error = {});
  // All of it at once.
  ExchangeId whole(const std::string& path, int status = 200, const std::string& contentType = "text/plain",
                   const std::string& responseBody = "hello");
  void flush() { recorder_->flush(); }
  // Ends the recording and begins another one in an empty history, as an engine does that found the old one damaged.
  void replace();

 private:
  void open();
  struct Sizes {
    std::uint64_t request = 0, response = 0;
  };

  sluice::test::TemporaryDirectory directory_;
  std::unique_ptr<store::Recorder> recorder_;
  std::vector<Sizes> sizes_;  // by id
  std::set<std::uint64_t> answered_;
  std::uint64_t next_ = 1;
};

}  // namespace sluice::gui::test
