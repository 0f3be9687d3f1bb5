// Records exchanges into a folder as fast as it can until it is killed. Whenever everything that ended is on disk, it
// says so: "committed ID" means that every exchange up to ID is complete there.
//
//   recording_child FOLDER [COUNT]        COUNT: ends in order after so many
//   recording_child FOLDER clear          clears the history again and again: "cleared ID" means that no exchange up to ID is there any
//                                         more, and that the setting "cleared" says so
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>

#include "core/store/database.h"
#include "core/store/recorder.h"
#include "tests/integration/store/recording.h"

namespace {

using namespace sluice;
using namespace sluice::store;

constexpr std::size_t kRunningMax = 30;
constexpr std::size_t kChunkBytes = 16'000;
constexpr std::uint64_t kFlushEvery = 25;

struct Running {
  std::uint64_t id = 0;
  std::string body;
  std::size_t sent = 0;
};

WallTime now() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

Running start(Recorder& recorder, std::uint64_t id) {
  capture::ExchangeStarted record;
  record.exchange = ExchangeId{id};
  record.connection = ConnectionId{1};
  record.at = now();
  record.method = "GET";
  record.url = test::url(id);
  record.host = "example.test";
  record.requestHead = test::requestHead(id);
  recorder.record(std::move(record));
  recorder.record(capture::ResponseStarted{ExchangeId{id}, 200, "text/plain", "HTTP/1.1 200 OK\r\n\r\n"});
  return {id, test::body(id), 0};
}

// True: that was the last piece of its body.
bool sendChunk(Recorder& recorder, Running& exchange) {
  const std::string chunk = exchange.body.substr(exchange.sent, kChunkBytes);
  exchange.sent += chunk.size();
  if (!chunk.empty()) recorder.record(capture::BodyChunk{ExchangeId{exchange.id}, capture::Direction::Response, chunk});
  if (exchange.sent < exchange.body.size()) return false;
  capture::ExchangeEnded end;
  end.exchange = ExchangeId{exchange.id};
  end.at = now();
  end.response.bytes = exchange.body.size();
  recorder.record(std::move(end));
  return true;
}

// Exchanges run beside each other; the oldest always ends first, so that "up to ID" means something.
[[noreturn]] void recordForEver(Recorder& recorder, std::uint64_t next) {
  std::deque<Running> running;
  for (;;) {
    while (running.size() < kRunningMax) running.push_back(start(recorder, next++));
    for (std::size_t i = 1; i < running.size(); ++i) {
      if (running[i].sent + kChunkBytes < running[i].body.size()) sendChunk(recorder, running[i]);
    }
    while (!sendChunk(recorder, running.front())) {
    }
    const std::uint64_t ended = running.front().id;
    running.pop_front();
    if (ended % kFlushEvery != 0) continue;
    recorder.flush();
    std::printf("committed %llu\n", static_cast<unsigned long long>(ended));
    std::fflush(stdout);
  }
}

void recordSome(Recorder& recorder, std::uint64_t next, std::uint64_t count) {
  for (const std::uint64_t end = next + count; next < end; ++next) {
    Running exchange = start(recorder, next);
    while (!sendChunk(recorder, exchange)) {
    }
  }
}

[[noreturn]] void clearForEver(Recorder& recorder, std::uint64_t next) {
  for (;;) {
    const std::uint64_t last = next + 9;
    for (; next <= last; ++next) {
      Running exchange = start(recorder, next);
      while (!sendChunk(recorder, exchange)) {
      }
    }
    recorder.flush();
    if (!recorder.keep("cleared", std::to_string(last)) || !recorder.clear()) std::exit(1);
    std::printf("cleared %llu\n", static_cast<unsigned long long>(last));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  auto database = Database::open(argv[1], now());
  if (!database || database->movedAside()) return 1;
  const std::uint64_t first = database->nextExchangeId().value;
  auto recorder = Recorder::start(std::move(*database), {});
  if (!recorder) return 1;
  std::printf("first %llu\n", static_cast<unsigned long long>(first));
  std::fflush(stdout);
  if (argc == 2) recordForEver(**recorder, first);
  if (std::string_view(argv[2]) == "clear") clearForEver(**recorder, first);
  recordSome(**recorder, first, std::stoull(argv[2]));
  return 0;
}
