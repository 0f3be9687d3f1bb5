// A data directory with a recorder at work, for the tests of this folder. One thread.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "core/store/body_files.h"
#include "core/store/recorder.h"
#include "tests/support/temporary_directory.h"

namespace sluice::cli {

class RecordedHistory {
 public:
  RecordedHistory() {
    auto database = store::Database::open(dir_.path(), kNow);
    auto recorder = store::Recorder::start(*std::move(database), {});
    recorder_ = *std::move(recorder);
  }

  const std::filesystem::path& dataDir() const { return dir_.path(); }

  // A GET that is answered with `body`; `fields` stand in the response's head.
  void exchange(std::uint64_t id, const std::string& url, const std::string& body = "hello", const std::string& fields = {}) {
    begin(id, url);
    recorder_->record(capture::ResponseStarted{ExchangeId{id}, 200, "text/plain", "HTTP/1.1 200 OK\r\n" + fields + "\r\n"});
    for (std::size_t at = 0; at < body.size(); at += 16384) {
      recorder_->record(capture::BodyChunk{ExchangeId{id}, capture::Direction::Response, body.substr(at, 16384)});
    }
    end(id, {}, body.size());
  }

  // A request with a body of that many zeros, in a file that takes no room on the disk.
  void largeRequest(std::uint64_t id, const std::string& url, std::uint64_t bytes) {
    begin(id, url);
    const auto file = store::bodyFile(dir_.path(), {ExchangeId{id}, capture::Direction::Request});
    std::ofstream(file).close();
    std::filesystem::resize_file(file, bytes);
    recorder_->record(capture::BodyInFile{ExchangeId{id}, capture::Direction::Request, bytes});
    end(id, {}, 0);
  }

  void begin(std::uint64_t id, const std::string& url) {
    capture::ExchangeStarted started;
    started.exchange = ExchangeId{id};
    started.connection = ConnectionId{1};
    started.at = kNow;
    started.method = "GET";
    started.url = url;
    started.requestHead = "GET " + url + " HTTP/1.1\r\nHost: a\r\n\r\n";
    recorder_->record(std::move(started));
  }

  void end(std::uint64_t id, Error error, std::uint64_t bodyBytes) {
    capture::ExchangeEnded ended;
    ended.exchange = ExchangeId{id};
    ended.at = kNow;
    ended.error = std::move(error);
    ended.phases.finishedUs = 1500;
    ended.response = {bodyBytes, bodyBytes};
    recorder_->record(std::move(ended));
  }

  // Everything above is in the database.
  void commit() { recorder_->flush(); }
  // And no program has it open.
  void close() { recorder_.reset(); }

 private:
  static constexpr WallTime kNow{Micros(1'763'720'640'000'000)};

  test::TemporaryDirectory dir_;
  std::unique_ptr<store::Recorder> recorder_;
};

}  // namespace sluice::cli
