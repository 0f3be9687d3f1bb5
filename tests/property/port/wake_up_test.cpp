// The handshakes of core/port/shared_queue.h and of segments, tried in every order of their steps and with every value that each
// look may find (weak_memory.h): the real code of the queue, and what both sides of a segment do to its words.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "core/port/shared_queue.h"
#include "tests/support/port/weak_memory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

namespace {

using Words = WeakMemory::Words;
using Writer = QueueWriter<SteppedAccess>;
using Flag = RoomFlag<SteppedAccess>;
constexpr std::uint32_t kSlots = WeakMemory::kSlots;

enum class LooksAgain : bool { No, Yes };
enum class TakesFlag : bool { AfterALook, AtOnce };

// Sends messages first, first + 1 and so on, as a port does; where there is no room it waits until it is told of some.
Explorer::Body writer(std::uint32_t first, std::uint32_t count, std::uint32_t slotCount = kSlots, LooksAgain looks = LooksAgain::Yes) {
  return [=](Words& words) {
    Writer queue(words.queue.data(), slotCount);
    for (std::uint32_t i = first; i < first + count;) {
      MessageHeader header;
      header.stream = i;
      auto pushed = queue.push(header, {});
      if (pushed == Writer::Push::Again) {
        queue.waitForRoom();
        if (looks == LooksAgain::Yes) pushed = queue.push(header, {});
      }
      if (pushed == Writer::Push::Again) {
        SteppedAccess::await(words.roomNews);
        continue;
      }
      if (pushed == Writer::Push::DoneAndWake) SteppedAccess::signal(words.wakeUps);
      ++i;
    }
  };
}

// As a sender of records does: the reader is woken for all of them together.
Explorer::Body writerThatLetsWait(std::uint32_t first, std::uint32_t count) {
  return [=](Words& words) {
    Writer queue(words.queue.data(), kSlots);
    for (std::uint32_t i = first; i < first + count; ++i) {
      MessageHeader header;
      header.stream = i;
      queue.push(header, {}, Writer::Reader::LetWait);
    }
    if (queue.wake()) SteppedAccess::signal(words.wakeUps);
  };
}

struct Reading {
  std::uint32_t slotCount = kSlots;
  LooksAgain looks = LooksAgain::Yes;
  TakesFlag takes = TakesFlag::AtOnce;
};

bool takesWriterWaits(QueueReader<SteppedAccess>& queue, Words& words, TakesFlag takes) {
  if (takes == TakesFlag::AtOnce) return queue.takeWriterWaits();
  auto& flag = reinterpret_cast<QueueHead*>(words.queue.data())->writerWaits;
  return SteppedAccess::load(flag) != 0 && Flag::take(flag);
}

// As a port: takes what is there, declares itself idle, tells of room, and waits on its socket.
Explorer::Body reader(const Reading& how = {}) {
  return [=](Words& words) {
    QueueReader<SteppedAccess> queue(words.queue.data(), how.slotCount);
    std::uint64_t came = 0;
    for (;;) {
      queue.becomeAwake();
      for (bool idle = false; !idle;) {
        QueueItem item;
        while (queue.pop(item)) {
          const auto bit = std::uint64_t{1} << item.header.stream;
          came = (came & bit) != 0 ? ~std::uint64_t{0} : came | bit;
          SteppedAccess::copy(&words.result, &came, sizeof came);
        }
        if (how.looks == LooksAgain::Yes) {
          idle = queue.becomeIdle();
        } else {
          SteppedAccess::exchange(reinterpret_cast<QueueHead*>(words.queue.data())->readerState, 1U);
          idle = true;
        }
      }
      if (takesWriterWaits(queue, words, how.takes)) SteppedAccess::signal(words.roomNews);
      SteppedAccess::await(words.wakeUps);
    }
  };
}

// The sender of chunks: takes the only one, or asks for word of it, looks again, and waits.
Explorer::Body sender(int count) {
  return [=](Words& words) {
    for (int i = 0; i < count;) {
      const auto takes = [&] { return SteppedAccess::load(words.free) != 0 && SteppedAccess::fetchAnd(words.free, 0U) != 0; };
      bool taken = takes();
      if (!taken) {
        Flag::raise(words.outOfMemory);
        taken = takes();
      }
      if (!taken) {
        SteppedAccess::await(words.roomNews);
        continue;
      }
      SteppedAccess::signal(words.wakeUps);
      ++i;
    }
  };
}

// Frees each chunk that comes, and tells of it where it is wanted. The first one is free without having been sent.
Explorer::Body receiver(TakesFlag takes = TakesFlag::AtOnce) {
  return [=](Words& words) {
    for (std::uint64_t came = 0;; ++came) {
      SteppedAccess::copy(&words.result, &came, sizeof came);
      SteppedAccess::fetchOr(words.free, 1U);
      const bool waits = takes == TakesFlag::AtOnce || SteppedAccess::load(words.outOfMemory) != 0;
      if (waits && Flag::take(words.outOfMemory)) SteppedAccess::signal(words.roomNews);
      SteppedAccess::await(words.wakeUps);
    }
  };
}

std::string outcome(WeakMemory& memory, std::uint64_t wanted) {
  const auto result = memory.newest(&WeakMemory::words().result);
  return result == wanted ? "" : "everybody waits, and what came is " + std::to_string(result);
}

struct Found {
  std::string fault;
  std::size_t states = 0;
};

Found explore(std::vector<Explorer::Body> bodies, std::uint64_t wanted) {
  Explorer explorer(std::move(bodies));
  Found found;
  found.fault = explorer.run([wanted](WeakMemory& memory) { return outcome(memory, wanted); });
  found.states = explorer.states();
  std::printf("%zu states\n", found.states);
  return found;
}

}  // namespace

SLUICE_TEST(noWakeUpIsLostWithOneWriter) {
  const auto found = explore({writer(0, 2), reader()}, 3);
  QVERIFY2(found.fault.empty(), found.fault.c_str());
  QVERIFY(found.states > 100);
}

SLUICE_TEST(noWakeUpIsLostWithTwoWriters) {
  const auto found = explore({writer(0, 1), writer(1, 1), reader()}, 3);
  QVERIFY2(found.fault.empty(), found.fault.c_str());
  QVERIFY(found.states > 1000);
}

SLUICE_TEST(noWakeUpIsLostOfAReaderThatWasLetWait) {
  auto found = explore({writerThatLetsWait(0, 2), reader()}, 3);
  QVERIFY2(found.fault.empty(), found.fault.c_str());
  QVERIFY(found.states > 100);
  found = explore({writerThatLetsWait(0, 1), writer(1, 1), reader()}, 3);
  QVERIFY2(found.fault.empty(), found.fault.c_str());
  QVERIFY(found.states > 1000);
}

SLUICE_TEST(noWordOfRoomIsLost) {
  const auto found = explore({writer(0, 2, 1), reader({.slotCount = 1})}, 3);
  QVERIFY2(found.fault.empty(), found.fault.c_str());
  QVERIFY(found.states > 1000);
}

SLUICE_TEST(noWordOfFreeChunksIsLost) {
  const auto found = explore({sender(3), receiver()}, 3);
  QVERIFY2(found.fault.empty(), found.fault.c_str());
}

SLUICE_TEST(theCheckerFindsTheWakeUpThatIsLostWithoutTheSecondLook) {
  QVERIFY(!explore({writer(0, 1), reader({.looks = LooksAgain::No})}, 1).fault.empty());
}

SLUICE_TEST(theCheckerFindsTheReaderThatNobodyWakes) {
  const auto lets = [](Words& words) { Writer(words.queue.data(), kSlots).push({}, {}, Writer::Reader::LetWait); };
  QVERIFY(!explore({lets, reader()}, 1).fault.empty());
}

SLUICE_TEST(theCheckerFindsTheRoomThatIsMissedWithoutTheSecondLook) {
  QVERIFY(!explore({writer(0, 2, 1, LooksAgain::No), reader({.slotCount = 1})}, 3).fault.empty());
}

// In no interleaving at all, but on processors that let a look pass what was written before it.
SLUICE_TEST(theCheckerFindsTheRoomThatAMereLookMisses) {
  QVERIFY(!explore({writer(0, 2, 1), reader({.slotCount = 1, .takes = TakesFlag::AfterALook})}, 3).fault.empty());
  QVERIFY(!explore({sender(3), receiver(TakesFlag::AfterALook)}, 3).fault.empty());
}

// What a release hands on is what makes bytes safe to read: here there is none.
SLUICE_TEST(theCheckerFindsARace) {
  const auto touch = [](Words& words) {
    const std::uint64_t value = 1;
    SteppedAccess::copy(&words.result, &value, sizeof value);
    SteppedAccess::store(words.free, 1U);
  };
  QVERIFY(explore({touch, touch}, 1).fault.find("in no order") != std::string::npos);
}
