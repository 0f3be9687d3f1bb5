#include "platform/linux/client_descriptors.h"

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using platform::ClientDescriptors;
using platform::ProcessDescriptor;

SLUICE_TEST(theLowestDescriptorThatIsFreeIsTheFirstGuess) {
  ClientDescriptors known;
  for (int i = 0; i < 10; ++i) known.opened(static_cast<std::uint64_t>(i), {7, 20 + i});
  QVERIFY((known.guesses(1) == std::vector<ProcessDescriptor>{{7, 30}}));
  for (const std::uint64_t each : {6, 2, 4}) known.ended(each);
  QVERIFY((known.guesses(1) == std::vector<ProcessDescriptor>{{7, 22}, {7, 24}, {7, 26}, {7, 30}}));
  known.opened(10, {7, 22});
  known.taken({7, 24}, 0);
  QVERIFY((known.guesses(1) == std::vector<ProcessDescriptor>{{7, 26}, {7, 30}}));
}

SLUICE_TEST(aSocketThatWasSeenIsRemembered) {
  ClientDescriptors known;
  known.opened(1, {7, 20});
  known.taken({7, 21}, 99);
  QVERIFY((known.guesses(99).front() == ProcessDescriptor{7, 21}));
  for (std::uint64_t i = 0; i < limits::kClientGuessesMax; ++i) known.taken({7, 22}, 100 + i);
  QVERIFY((known.guesses(99) == std::vector<ProcessDescriptor>{{7, 21}}));
}

SLUICE_TEST(whoOpenedTheLatestConnectionIsTheFirst) {
  ClientDescriptors known;
  known.opened(1, {7, 20});
  known.opened(2, {8, 30});
  QVERIFY((known.processes() == std::vector<std::uint64_t>{8, 7}));
  known.opened(3, {7, 21});
  QVERIFY((known.guesses(1) == std::vector<ProcessDescriptor>{{7, 22}, {8, 31}}));
  known.gone(7);
  QVERIFY((known.processes() == std::vector<std::uint64_t>{8}));
  known.ended(1);
  QVERIFY((known.guesses(1) == std::vector<ProcessDescriptor>{{8, 31}}));
}

SLUICE_TEST(whatIsRememberedIsBounded) {
  ClientDescriptors known;
  const auto many = 2 * limits::kClientDescriptorsRemembered;
  for (std::uint64_t i = 0; i < many; ++i) known.opened(i, {1 + i % 100, static_cast<int>(i)});
  QCOMPARE(known.processes().size(), limits::kClientProgramsRemembered);
  for (std::uint64_t i = 0; i < many; ++i) known.opened(many + i, {1, static_cast<int>(i)});
  for (std::uint64_t i = 0; i < many; ++i) known.ended(many + i);
  QCOMPARE(known.guesses(1).size(), limits::kClientGuessesMax);
}
