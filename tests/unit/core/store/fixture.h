// What the tests of the history share: a folder that goes away, records that are quick to write, and a recorder with
// readers on the same folder.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "core/capture/records.h"
#include "core/store/database.h"
#include "core/store/reader.h"
#include "core/store/recorder.h"

namespace sluice::store::test {

namespace fs = std::filesystem;

class TempFolder {
 public:
  TempFolder() {
    std::random_device device;
    do {
      path_ = root() / ("sluice-store-" + std::to_string(device()));
    } while (!fs::create_directory(path_));
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }

  const fs::path& path() const { return path_; }
  fs::path operator/(std::string_view name) const { return path_ / name; }

 private:
  // In memory where the system has such a place: these tests open thousands of databases, and each waits for the disk.
  static fs::path root() {
    std::error_code error;
    return fs::is_directory("/dev/shm", error) ? fs::path("/dev/shm") : fs::temp_directory_path();
  }

  fs::path path_;
};

inline WallTime wall(std::int64_t microseconds) { return WallTime(Micros(microseconds)); }

inline std::string contentsOf(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

inline void writeFile(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc).write(bytes.data(), std::streamsize(bytes.size()));
}

// Bytes that depend on where they are, so that any misplaced one shows.
inline std::string pattern(std::size_t bytes, unsigned seed = 1) {
  std::string text(bytes, '\0');
  std::uint32_t state = seed * 2654435761u + 1;
  for (char& c : text) {
    state = state * 1664525u + 1013904223u;
    c = char(state >> 24);
  }
  return text;
}

inline capture::ExchangeStarted started(std::uint64_t id, std::string host = "example.test") {
  capture::ExchangeStarted record;
  record.exchange = ExchangeId{id};
  record.connection = ConnectionId{1};
  record.at = wall(1'700'000'000'000'000 + std::int64_t(id) * 1000);
  record.method = "GET";
  record.url = "http://" + host + ":80/path?q=" + std::to_string(id);
  record.scheme = "http";
  record.host = std::move(host);
  record.port = 80;
  record.path = "/path?q=" + std::to_string(id);
  record.requestHead = "GET " + record.url + " HTTP/1.1\r\nHost: " + record.host + "\r\n\r\n";
  return record;
}

inline capture::ResponseStarted responded(std::uint64_t id, int status = 200) {
  return {ExchangeId{id}, status, "text/plain", "HTTP/1.1 " + std::to_string(status) + " OK\r\nContent-Type: text/plain\r\n\r\n"};
}

inline capture::BodyChunk chunk(std::uint64_t id, std::string bytes,
                                capture::Direction direction = capture::Direction::Response) {
  return {ExchangeId{id}, direction, std::move(bytes)};
}

inline capture::ExchangeEnded ended(std::uint64_t id, std::uint64_t responseBytes = 0, Error error = {}) {
  capture::ExchangeEnded record;
  record.exchange = ExchangeId{id};
  record.at = wall(1'700'000'001'000'000);
  record.error = std::move(error);
  record.phases = {.resolvedUs = 100, .connectedUs = 200, .requestSentUs = 300, .responseFirstUs = 350, .responseHeadUs = 400,
                   .finishedUs = 500};
  record.response.bytes = responseBytes;
  record.upstreamAddress = "127.0.0.1:9";
  return record;
}

inline std::string bodyOf(Reader& reader, std::uint64_t id, capture::Direction direction) {
  auto opened = reader.openBody(ExchangeId{id}, direction);
  if (!opened) return "cannot open: " + describe(opened.error());
  std::string all;
  std::string buffer(10'000, '\0');
  for (;;) {
    const auto count = opened->read(std::as_writable_bytes(std::span(buffer.data(), buffer.size())));
    if (!count) return "cannot read: " + describe(count.error());
    if (*count == 0) return all;
    all.append(buffer, 0, *count);
  }
}

// A new history, open for writing.
struct NewDatabase {
  TempFolder folder;
  Database database = std::move(*Database::open(folder.path(), wall(0)));
};

// Opens, records and reads in one folder; tests call QVERIFY on what may fail.
struct History {
  TempFolder folder;
  std::unique_ptr<Recorder> recorder;

  Result<void> start(RecorderOptions options = {}) {
    auto database = Database::open(folder.path(), wall(0));
    if (!database) return fail(database.error());
    auto begun = Recorder::start(std::move(*database), std::move(options));
    if (!begun) return fail(begun.error());
    recorder = std::move(*begun);
    return {};
  }
  void stop() { recorder.reset(); }

  Reader reader() { return std::move(Reader::open(folder.path()).value()); }

  std::string body(std::uint64_t id, capture::Direction direction = capture::Direction::Response) {
    auto reader = this->reader();
    return bodyOf(reader, id, direction);
  }
};

}  // namespace sluice::store::test

// A Result that must be good; says why when it is not.
#define VERIFY_OK(result)                                                     \
  do {                                                                        \
    const auto& verified_ = (result);                                         \
    QVERIFY2(verified_.has_value(), verified_.has_value() ? "" : ::sluice::describe(verified_.error()).c_str()); \
  } while (false)
