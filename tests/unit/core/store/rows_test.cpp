#include "core/store/rows.h"

#include <set>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::store;

SLUICE_TEST(namesEachStateDifferently) {
  std::set<std::string_view> names;
  for (const State state : {State::Running, State::Complete, State::Failed, State::CutOff}) names.insert(name(state));
  QCOMPARE(names.size(), std::size_t(4));
}
