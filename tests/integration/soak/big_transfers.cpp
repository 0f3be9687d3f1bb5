#include "tests/integration/soak/big_transfers.h"

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

namespace sluice::test {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Of all open files of this user's processes that lie, or lay, in this directory and have no name any more; and of those that an
// engine for Windows has open there: on that system a file that is open keeps its name.
std::uint64_t largestTemporaryFile(const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  std::uint64_t largest = 0;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(directory, ignored)) {
    if (!file.path().filename().string().starts_with(".sluice-")) continue;
    const auto size = file.file_size(ignored);
    if (!ignored) largest = std::max<std::uint64_t>(largest, size);
  }
  for (const auto& process : fs::directory_iterator("/proc", ignored)) {
    if (process.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    for (const auto& file : fs::directory_iterator(process.path() / "fd", ignored)) {
      const auto name = fs::read_symlink(file.path(), ignored).string();
      if (!name.starts_with(directory.string()) || !name.ends_with(" (deleted)")) continue;
      const auto size = fs::file_size(file.path(), ignored);
      if (!ignored) largest = std::max<std::uint64_t>(largest, size);
    }
  }
  return largest;
}

}  // namespace

MemoryWatch::MemoryWatch(EngineProcess& engine) : first_(residentBytes(engine.process().id())), most_(first_) {
  sampler_ = std::thread([this, &engine] {
    while (!ended_) {
      sample(engine);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
}

void MemoryWatch::sample(EngineProcess& engine) {
  most_ = std::max(most_.load(), residentBytes(engine.process().id()));
  mostSpilled_ = std::max(mostSpilled_.load(), largestTemporaryFile(engine.dataDir()));
}

MemoryWatch::~MemoryWatch() {
  ended_ = true;
  sampler_.join();
}

Transfer download(const EngineProcess& engine, const std::string& url, std::uint64_t bytes) {
  const auto start = Clock::now();
  const Pattern pattern(1);
  std::uint64_t received = 0;
  bool same = true;
  Process::Options options;
  options.onOutput = [&](Bytes piece) {
    same = same && pattern.matches(received, piece);
    received += piece.size();
  };
  const auto finished = curl(engine, {"--max-time", "280", url}, options);
  Transfer transfer{{}, secondsSince(start)};
  if (!finished.ok()) {
    transfer.failure = finished.text();
  } else if (!same || received != bytes) {
    transfer.failure = std::to_string(received) + " bytes, " + (same ? "a beginning" : "not the same");
  }
  return transfer;
}

Transfer upload(const EngineProcess& engine, const std::string& url, std::uint64_t bytes) {
  const auto start = Clock::now();
  const Pattern pattern(1);
  std::uint64_t given = 0;
  Process::Options options;
  options.input = [&](MutableBytes into) {
    const auto piece = into.first(std::size_t(std::min<std::uint64_t>(into.size(), bytes - given)));
    pattern.fill(given, piece);
    given += piece.size();
    return piece.size();
  };
  const auto finished = curl(engine, {"--max-time", "280", "-H", "Expect:", "-T", "-", url}, options);
  Transfer transfer{{}, secondsSince(start)};
  const auto expected = "{\"size\":" + std::to_string(bytes) + ",\"sha256\":\"" + patternSha256(1, bytes) + "\"";
  if (!finished.ok() || finished.output.rfind(expected, 0) != 0) transfer.failure = finished.text();
  return transfer;
}

Transfer downloadSlowly(const EngineProcess& engine, const std::string& url, std::uint64_t bytes,
                        std::uint64_t bytesPerSecond) {
  Client client(engine.port());
  if (!client.write("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n")) return {client.failure()};
  const auto head = readHead(client.input());
  if (!head) return {"no response: " + client.failure()};
  const auto start = Clock::now();
  Sha256 digest;
  std::uint64_t received = 0;
  const auto body = readBody(*head, WithoutLength::UntilClose, client.input(), [&](Bytes piece) {
    digest.update(piece);
    received += piece.size();
    std::this_thread::sleep_until(start + std::chrono::microseconds(received * 1'000'000 / bytesPerSecond));
    return true;
  });
  Transfer transfer{{}, secondsSince(start)};
  if (!body.complete || body.size != bytes) {
    transfer.failure = std::to_string(body.size) + " bytes, then: " + client.failure();
  } else if (digest.hex() != patternSha256(1, bytes)) {
    transfer.failure = "not the same bytes";
  }
  return transfer;
}

void print(const char* what, const Transfer& transfer, std::uint64_t bytes, const MemoryWatch& memory) {
  std::printf("%s: %.0f MiB in %.1f s (%.0f MB/s); resident memory at first %.1f MiB, at most %.1f MiB; spilled at most %.1f MiB\n", what,
              double(bytes) / 1048576, transfer.seconds, double(bytes) / 1e6 / transfer.seconds,
              double(memory.firstBytes()) / 1048576, double(memory.mostBytes()) / 1048576,
              double(memory.mostSpilledBytes()) / 1048576);
}

}  // namespace sluice::test
