#include "core/engine/kept_changes.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

// A disk that answers when it is told to.
struct SlowDisk {
  std::vector<std::string> kept;
  std::deque<KeptChanges::Answer> unanswered;
  std::vector<std::string> inForce;
  std::vector<std::string> answers;
  KeptChanges changes{[this](const std::string& key, std::optional<std::string> text, KeptChanges::Answer answer) {
    kept.push_back(key + "=" + text.value_or("-"));
    unanswered.push_back(std::move(answer));
  }};

  // One that must not be there twice.
  void add(const std::string& name) {
    const auto judge = [this, name]() -> Result<KeptChanges::Change> {
      if (std::count(inForce.begin(), inForce.end(), name) > 0) return fail(Side::Local, Code::BadArgument, name + " is there");
      const auto apply = [this, name]() -> Result<void> {
        inForce.push_back(name);
        return {};
      };
      return KeptChanges::Change{name, "1", apply};
    };
    changes.make(judge, [this](const Result<void>& outcome) { answers.push_back(outcome ? "done" : outcome.error().detail); });
  }
  void answer(const Result<void>& outcome) {
    const auto first = std::move(unanswered.front());
    unanswered.pop_front();
    first(outcome);
  }
};

using Texts = std::vector<std::string>;

}  // namespace

SLUICE_TEST(aChangeIsInForceWhenItIsKept) {
  SlowDisk disk;
  disk.add("a");
  QCOMPARE(disk.kept, Texts{"a=1"});
  QVERIFY(disk.inForce.empty() && disk.answers.empty());
  disk.answer({});
  QCOMPARE(disk.inForce, Texts{"a"});
  QCOMPARE(disk.answers, Texts{"done"});
}

SLUICE_TEST(eachIsJudgedWhenThoseBeforeItAreInForce) {
  SlowDisk disk;
  for (const char* name : {"a", "a", "b"}) disk.add(name);
  QCOMPARE(disk.kept, Texts{"a=1"});  // the others wait
  disk.answer({});
  QCOMPARE(disk.answers, (Texts{"done", "a is there"}));
  QCOMPARE(disk.kept, (Texts{"a=1", "b=1"}));
  disk.answer({});
  QCOMPARE(disk.inForce, (Texts{"a", "b"}));
}

SLUICE_TEST(whatIsNotKeptIsNotInForceAndTheNextMayBe) {
  SlowDisk disk;
  for (const char* name : {"a", "a"}) disk.add(name);
  disk.answer(fail(Side::Local, Code::NoSpace, "the disk is full"));
  QCOMPARE(disk.answers, Texts{"the disk is full"});
  disk.answer({});
  QCOMPARE(disk.inForce, Texts{"a"});
}

SLUICE_TEST(noMoreThanABoundWaitForADiskThatStands) {
  SlowDisk disk;
  disk.add("first");
  for (std::size_t i = 0; i <= KeptChanges::kWaitingMax; ++i) disk.add(std::to_string(i));
  QCOMPARE(disk.answers.size(), std::size_t(1));
  QVERIFY(disk.answers[0].find("another program") != std::string::npos);
  while (!disk.unanswered.empty()) disk.answer({});
  QCOMPARE(disk.inForce.size(), KeptChanges::kWaitingMax + 1);
}
