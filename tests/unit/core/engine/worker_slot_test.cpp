// A slot and worker processes that do as a test wants (odd_worker.cpp). What real ones do is in tests/integration/workers.
#include "core/engine/worker_slot.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

struct Counting final : capture::Sink {
  bool record(capture::Record) override {
    ++count;
    return true;
  }
  std::size_t count = 0;
};

struct Scene {
  explicit Scene(std::vector<std::string> arguments) : shared(std::move(*port::SharedPage<EnginePage>::create())) {
    settings.workerProgram = SLUICE_ODD_WORKER;
    settings.workerArguments = std::move(arguments);
    settings.log = [this](const std::string& line) { log.push_back(line); };
    const auto room = [this](std::size_t) { return mayRecord; };
    slot.emplace(WorkerSlot::Means{loop, settings, tls, shared, listening, sink, room, open, plan, [] {}}, 0);
  }
  template <class Condition>
  bool runUntil(Condition holds) {
    return test::eventually([&] {
      loop.restart();
      loop.poll();
      return holds();
    });
  }
  std::size_t linesWith(const std::string& words) const {
    return static_cast<std::size_t>(
        std::count_if(log.begin(), log.end(), [&](const std::string& line) { return line.find(words) != std::string::npos; }));
  }

  asio::io_context loop;
  EngineSettings settings;
  TlsMeans::Settings tls;
  port::SharedPage<EnginePage> shared;
  std::vector<WorkerSlot::Listening> listening;
  Counting sink;
  bool mayRecord = true;
  OpenIds open;
  throttle::Plan plan;
  std::vector<std::string> log;
  std::optional<WorkerSlot> slot;
};

}  // namespace

// The supervisor does nothing meanwhile: all that the worker sent is queued, and then nothing is.
SLUICE_TEST(figuresTellWhatIsQueuedAndWhatIsInUseAlsoWhenTheWorkerRests) {
  constexpr std::uint64_t kMessages = 300;
  Scene scene({"records", std::to_string(kMessages)});
  scene.mayRecord = false;
  QVERIFY(scene.slot->start().has_value());
  QVERIFY(test::eventually([&] { return scene.slot->figures().queuedMessages == kMessages; }));

  // Taken, and kept in its chunks for want of room at the recorder.
  QVERIFY(scene.runUntil([&] { return scene.slot->figures().queuedMessages == 0 && scene.slot->figures().memory.inUse == kMessages; }));
  QCOMPARE(scene.sink.count, std::size_t(0));
  // Recorded: the worker does nothing about it, and no chunk is in use any more.
  scene.mayRecord = true;
  scene.slot->pump();
  QCOMPARE(scene.sink.count, std::size_t(kMessages));
  QCOMPARE(scene.slot->figures().memory.inUse, std::size_t(0));
  QVERIFY(scene.slot->figures().memory.chunks > 0);
}

SLUICE_TEST(aWorkerThatSaysWhatDoesNotExistHasOneLineInTheLogAndIsReplaced) {
  const std::pair<const char*, const char*> kOddities[] = {{"unknown", "sent a message of unknown type 99"},
                                                           {"answers", "answered what was not asked"}};
  for (const auto& [argument, words] : kOddities) {
    Scene scene({argument});
    QVERIFY(scene.slot->start().has_value());
    QVERIFY2(scene.runUntil([&] { return scene.slot->figures().restarts > 0; }), argument);
    // The next one is no better, and on a busy machine may have ended for it by now.
    const auto ended = scene.linesWith("ended: ");
    QVERIFY(ended == scene.slot->figures().restarts || ended == scene.slot->figures().restarts + 1);
    QCOMPARE(scene.linesWith(words), ended);
    QVERIFY(scene.log.size() <= 2 * ended);
  }
}
