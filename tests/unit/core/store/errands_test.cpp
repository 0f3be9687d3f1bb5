#include "core/store/errands.h"

#include <string>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::store;

namespace {

struct Fixture {
  Errands errands;
  std::string told;

  void ask(const std::string& name, Result<void> outcome) {
    errands.ask(
        [this, name, outcome] {
          told += name + " done ";
          return outcome;
        },
        [this, name](const Result<void>& answer) { told += name + " " + (answer ? "good" : describe(answer.error())) + ", "; },
        [this] { told += "woken "; });
  }
};

}  // namespace

SLUICE_TEST(errandsAreDoneInTheirOrderAndAnswered) {
  Fixture f;
  f.ask("a", {});
  f.ask("b", fail(Side::Local, Code::NotFound, "none"));
  QCOMPARE(f.told, std::string("woken woken "));
  f.told.clear();
  f.errands.doAll();
  QCOMPARE(f.told, std::string("a done a good, b done b not found: none, "));
  f.told.clear();
  f.errands.doAll();
  QCOMPARE(f.told, std::string());
}

SLUICE_TEST(nobodyWaitsForWhatIsNotDoneAnyMore) {
  Fixture f;
  f.ask("a", {});
  f.errands.end();
  QCOMPARE(f.told, std::string("woken a aborted: the recorder has stopped, "));
  f.told.clear();
  f.ask("b", {});
  QCOMPARE(f.told, std::string("b aborted: the recorder has stopped, "));
}
