// The wake-up handshake of core/port/shared_queue.h, tried in every order in which its steps can happen: the real code
// runs with a scheduler between it and the shared memory. A thread's next step is found by running it again from its
// start with the answers that it had before; states that were seen already are not gone into twice. Words are changed
// by read-modify-writes in one order for all, so interleavings are all there is to try.
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/port/shared_queue.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;

namespace {

struct Stop {};

// One logical thread: what its steps answered so far, and where this run of it is.
struct Track {
  std::vector<std::uint64_t> answers;
  std::size_t next = 0;
  bool mayStep = false;  // one new step is due
};
Track* current = nullptr;

struct SteppedAccess {
  // Runs `work` as the one new step, gives an old answer, or stops the thread before a step that is not due.
  template <class Work>
  static std::uint64_t step(Work work) {
    auto& track = *current;
    if (track.next < track.answers.size()) return track.answers[track.next++];
    if (!track.mayStep) throw Stop{};
    track.mayStep = false;
    track.answers.push_back(work());
    ++track.next;
    return track.answers.back();
  }
  template <class T>
  static T load(T& word) {
    return static_cast<T>(step([&] { return std::uint64_t(word); }));
  }
  template <class T>
  static void store(T& word, T value) {
    step([&] { word = value; return std::uint64_t(0); });
  }
  template <class T>
  static T exchange(T& word, T value) {
    return static_cast<T>(step([&] { return std::uint64_t(std::exchange(word, value)); }));
  }
  template <class T>
  static bool compareExchange(T& word, T expected, T value) {
    return step([&] {
      if (word != expected) return std::uint64_t(0);
      word = value;
      return std::uint64_t(1);
    }) != 0;
  }
  static void copy(void* to, const void* from, std::size_t bytes) {
    // Both a look and a change; what was copied out is checked by value, so it is part of the answers.
    const auto answer = step([&] {
      std::memcpy(to, from, bytes);
      std::uint64_t start = 0;
      std::memcpy(&start, from, std::min<std::size_t>(bytes, sizeof start));
      return start;
    });
    std::memcpy(to, &answer, std::min<std::size_t>(bytes, sizeof answer));
  }
};

// The socket of the reader, as far as wake-ups go: a count, looked at and changed in one step.
struct World {
  std::vector<std::byte> memory;
  std::uint64_t wakeUps = 0;
  std::uint64_t received = 0;  // a bit a message
  std::uint64_t duplicates = 0;

  explicit World(std::uint32_t slotCount) : memory(queueBytes(slotCount)) {}
  std::string key() const {
    std::string text(reinterpret_cast<const char*>(memory.data()), sizeof(QueueHead));
    text.append(reinterpret_cast<const char*>(memory.data()) + kQueueHeadBytes, memory.size() - kQueueHeadBytes);
    return text + std::to_string(wakeUps) + "/" + std::to_string(received) + "/" + std::to_string(duplicates);
  }
};

class Explorer {
 public:
  using Body = std::function<void(World&)>;
  enum class End : std::uint8_t { Running, Finished };

  Explorer(std::uint32_t slotCount, std::vector<Body> bodies) : bodies_(std::move(bodies)), start_(slotCount) {}

  // What is wrong, or nothing. `judge` sees each state in which nobody can go on.
  std::string run(const std::function<std::string(const World&)>& judge) {
    judge_ = judge;
    explore(start_, std::vector<Track>(bodies_.size()));
    return fault_;
  }
  std::size_t states() const { return seen_.size(); }

 private:
  void explore(const World& world, const std::vector<Track>& tracks) {
    if (!fault_.empty() || !seen_.insert(keyOf(world, tracks)).second) return;
    bool moved = false;
    for (std::size_t thread = 0; thread < bodies_.size(); ++thread) {
      World nextWorld = world;
      auto nextTracks = tracks;
      auto& track = nextTracks[thread];
      track.next = 0;
      track.mayStep = true;
      current = &track;
      try {
        bodies_[thread](nextWorld);
      } catch (const Stop&) {
      }
      if (track.mayStep) continue;  // it has ended, or waits
      moved = true;
      explore(nextWorld, nextTracks);
    }
    if (!moved && fault_.empty()) fault_ = judge_(world);
  }

  static std::string keyOf(const World& world, const std::vector<Track>& tracks) {
    std::string key = world.key();
    for (const auto& track : tracks) {
      key += '|';
      for (const auto answer : track.answers) key += std::to_string(answer) + ",";
    }
    return key;
  }

  const std::vector<Body> bodies_;
  const World start_;
  std::function<std::string(const World&)> judge_;
  std::set<std::string> seen_;
  std::string fault_;
};

constexpr std::uint32_t kSlots = 2;

Explorer::Body writer(std::uint32_t first, std::uint32_t count) {
  return [=](World& world) {
    QueueWriter<SteppedAccess> queue(world.memory.data(), kSlots);
    for (std::uint32_t i = first; i < first + count; ++i) {
      MessageHeader header;
      header.stream = i;
      const auto pushed = queue.push(header, {});
      if (pushed == QueueWriter<SteppedAccess>::Push::DoneAndWake) {
        SteppedAccess::step([&] { return world.wakeUps++; });
      }
    }
  };
}

// Waits on its socket when it is idle: without a wake-up there it takes no step.
Explorer::Body reader(bool looksAgain = true) {
  return [=](World& world) {
    QueueReader<SteppedAccess> queue(world.memory.data(), kSlots);
    QueueItem item;
    for (;;) {
      while (queue.pop(item)) {
        SteppedAccess::step([&] {
          const auto bit = std::uint64_t{1} << item.header.stream;
          if ((world.received & bit) != 0) ++world.duplicates;
          world.received |= bit;
          return std::uint64_t{0};
        });
      }
      if (looksAgain) {
        if (!queue.becomeIdle()) continue;
      } else {
        SteppedAccess::exchange(reinterpret_cast<QueueHead*>(world.memory.data())->readerState, 1U);
      }
      if (current->next == current->answers.size() && world.wakeUps == 0) throw Stop{};
      SteppedAccess::step([&] { return world.wakeUps--; });
      queue.becomeAwake();
    }
  };
}

std::string everythingCame(const World& world, std::uint64_t count) {
  const std::uint64_t all = (std::uint64_t{1} << count) - 1;
  if (world.duplicates != 0) return "a message came twice";
  return world.received == all ? "" : "the reader sleeps and messages are there: " + std::to_string(world.received);
}

}  // namespace

SLUICE_TEST(noWakeUpIsLostWithOneWriter) {
  Explorer explorer(kSlots, {writer(0, 2), reader()});
  const auto fault = explorer.run([](const World& world) { return everythingCame(world, 2); });
  QVERIFY2(fault.empty(), fault.c_str());
  QVERIFY(explorer.states() > 100);
}

SLUICE_TEST(noWakeUpIsLostWithTwoWriters) {
  Explorer explorer(kSlots, {writer(0, 1), writer(1, 1), reader()});
  const auto fault = explorer.run([](const World& world) { return everythingCame(world, 2); });
  QVERIFY2(fault.empty(), fault.c_str());
  QVERIFY(explorer.states() > 1000);
}

SLUICE_TEST(theCheckerFindsTheWakeUpThatIsLostWithoutTheSecondLook) {
  Explorer explorer(kSlots, {writer(0, 1), reader(false)});
  const auto fault = explorer.run([](const World& world) { return everythingCame(world, 1); });
  QVERIFY(!fault.empty());
}
