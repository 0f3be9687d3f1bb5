#include "core/engine/patience.h"

#include "tests/support/test.h"

using namespace sluice::engine;
using Act = Patience::Act;

namespace {

constexpr unsigned kTicksMax = 30;
constexpr unsigned kAskEvery = 10;

// How many ticks it takes until it does something, and what that is.
std::pair<unsigned, Act> next(Patience& patience, std::uint64_t answered, unsigned ticks = 100) {
  for (unsigned tick = 1; tick <= ticks; ++tick) {
    if (const auto act = patience.tick(answered); act != Act::Nothing) return {tick, act};
  }
  return {ticks, Act::Nothing};
}

}  // namespace

SLUICE_TEST(whoAnswersIsAskedAgainAndAgain) {
  Patience patience(kTicksMax);
  for (std::uint32_t question = 1; question <= 5; ++question) {
    QVERIFY(next(patience, question - 1) == std::pair(kAskEvery, Act::Ask));
    QCOMPARE(patience.asked(), question);
  }
}

SLUICE_TEST(whoDoesNotAnswerIsGivenUpOnce) {
  Patience patience(kTicksMax);
  QVERIFY(next(patience, 0).second == Act::Ask);
  QVERIFY(next(patience, 0) == std::pair(kTicksMax, Act::GiveUp));
  QVERIFY(next(patience, 0).second == Act::Nothing);
}

SLUICE_TEST(anAnswerInTheLastMomentIsOne) {
  Patience patience(kTicksMax);
  QVERIFY(next(patience, 0).second == Act::Ask);
  QVERIFY(next(patience, 0, kTicksMax - 1).second == Act::Nothing);
  QVERIFY(next(patience, patience.asked()).second == Act::Ask);
}

// It shares memory with whom it asks, who may write anything there.
SLUICE_TEST(anAnswerToWhatWasNotAskedIsNone) {
  Patience patience(kTicksMax);
  QVERIFY(next(patience, 0).second == Act::Ask);
  QVERIFY(next(patience, ~std::uint64_t{0}).second == Act::GiveUp);
}
