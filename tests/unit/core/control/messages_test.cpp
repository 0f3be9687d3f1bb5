#include "core/control/messages.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::control;

SLUICE_TEST(sameProtocolIsCompatibleWhateverTheVersion) {
  QVERIFY(!incompatibility({kProtocolVersion, "sluicectl", "0.1.0", 1}, {kProtocolVersion, "sluiced", "9.9.9", 2}));
}

SLUICE_TEST(olderAppIsToldToUpdateItself) {
  const Hello app{1, "sluice", "0.1.0", 10};
  const Hello engine{2, "sluiced", "0.2.0", 11};
  const std::string sentence =
      "sluice 0.1.0 is too old to talk to sluiced 0.2.0 (control protocol 1 against 2): update sluice";
  const auto seenByApp = incompatibility(app, engine);
  const auto seenByEngine = incompatibility(engine, app);
  QVERIFY(seenByApp && seenByEngine);
  QCOMPARE(seenByApp->detail, sentence);
  QCOMPARE(seenByEngine->detail, sentence);
  QVERIFY(seenByApp->code == Code::ProtocolFault);
}
