// Ports between two processes that wait for each other, each woken by nothing but the other; and one of them that is killed.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>

#include "tests/support/child_process_posix.h"
#include "tests/support/port/talker_posix.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr int kEndlessly = 1'000'000'000;

// A process that talks until it is done, or told to stop by a signal, or its peer is gone.
class OtherProcess {
 public:
  OtherProcess(const port::Port::Options& options, int count)
      : options_(options), parent_(ownPid()), sockets_(platform::PortSocket::makePair(limits::kPortMessageBytes)), child_([&] {
          sockets_->first.take();
          PortEnd end(std::move(sockets_->second), optionsWith(parent_));
          Talker talker(end, Turn::Second, count);
          while (!talker.isDone() && talker.step()) {
          }
          return talker.isDone() && talker.fault().empty() ? 0 : 1;
        }) {
    sockets_->second.take();
  }
  std::unique_ptr<PortEnd> connect() {
    return std::make_unique<PortEnd>(std::move(sockets_->first), optionsWith(static_cast<std::uint32_t>(child_.pid())));
  }
  ChildProcess& process() { return child_; }

 private:
  port::Port::Options optionsWith(std::uint32_t peerPid) const {
    auto options = options_;
    options.peerPid = peerPid;
    return options;
  }

  const port::Port::Options options_;
  const std::uint32_t parent_;
  Result<std::pair<platform::PortSocket, platform::PortSocket>> sockets_;
  ChildProcess child_;
};

// What this process has open, and the shared memory that it has mapped where the system tells that.
struct Holdings {
  std::size_t handles = 0;
  std::size_t mappings = 0;
  bool operator==(const Holdings&) const = default;
};

Holdings holdings() {
  Holdings all;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/dev/fd")) ++all.handles;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) all.mappings += line.find("memfd:sluice") == line.npos ? 0 : 1;
  return all;
}

// Talks with a process that is killed when so much of it was heard, in the midst of whatever it does then. What is wrong afterwards, or
// nothing.
std::string outlive(std::uint32_t queueSlots, int heardMax, std::size_t keptMax) {
  port::Port::Options options;
  options.queueSlots = queueSlots;
  options.memory = {4 * port::segmentBytes(8), 8};  // chunks enough beside those that are kept
  OtherProcess other(options, kEndlessly);
  const auto end = other.connect();
  end->keepBuffers = true;
  Talker talker(*end, Turn::First, kEndlessly);
  while (talker.heard() < heardMax && talker.step()) {
    if (end->kept.size() > keptMax) end->kept.clear();
  }
  if (end->port->hasFailed()) return "the port failed before its time: " + describe(end->failures.front());
  other.process().endNow();
  while (talker.step()) {
    if (end->kept.size() > keptMax) end->kept.clear();
  }
  if (!talker.fault().empty()) return talker.fault();
  if (end->failures.size() != 1) return "its owner was told " + std::to_string(end->failures.size()) + " times";
  if (end->failures.front().code != Code::ConnectionReset) return "not said to be gone: " + describe(end->failures.front());
  const auto& memory = end->port->memory();
  if (memory.freeChunks() != memory.chunks()) return "chunks are lost with the dead";
  end->port.reset();
  for (const auto& buffer : end->kept) {
    const auto bytes = buffer.bytes();
    if (std::adjacent_find(bytes.begin(), bytes.end(), std::not_equal_to<>()) != bytes.end()) return "what was received has changed";
  }
  return {};
}

}  // namespace

SLUICE_TEST(twoProcessesThatWaitForEachOtherMissNothing) {
  const int count = std::stoi(option("count", "5000"));
  for (const std::uint32_t queueSlots : {0U, 2U, 16U}) {
    port::Port::Options options;
    options.queueSlots = queueSlots;
    options.memory = Talker::kMemory;
    OtherProcess other(options, count);
    const auto end = other.connect();
    Talker talker(*end, Turn::First, count);
    // It ends when it has heard all, and may have said much by then that is yet to be read.
    while (!end->port->hasFailed() && (talker.isDone() ? turnWhenReady(*end, 60'000) : talker.step())) {
    }
    QVERIFY2(talker.fault().empty(), talker.fault().c_str());
    QCOMPARE(talker.heard(), count);
    QCOMPARE(other.process().wait(), 0);
    QCOMPARE(end->failures.size(), std::size_t(1));
    QCOMPARE(end->failures.front().code, Code::ConnectionReset);
  }
}

SLUICE_TEST(aProcessThatIsKilledLeavesNothingWithItsPeer) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "25"));
  const auto before = holdings();
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    std::mt19937_64 random(seed);
    const std::uint32_t queueSlots = random() % 4 == 0 ? 0 : 2 + static_cast<std::uint32_t>(random() % 30);
    const int heardMax = int(random() % 500);
    const auto fault = outlive(queueSlots, heardMax, random() % 6);
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
    QVERIFY2(holdings() == before, ("--seed=" + std::to_string(seed) + ": handles or mappings are left").c_str());
  }
}
