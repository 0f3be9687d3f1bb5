// The sockets of ports take a message whole or not at all. If one ever does not, nothing after it can be believed.
#include "tests/support/port/ends.h"
#include "tests/support/port/stream_ends_posix.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

SLUICE_TEST(aShortWriteOfAMessageEndsThePort) {
  auto ends = narrowStreamEnds();
  Port::Options options;
  options.queueSlots = 0;
  PortEnd end(std::move(ends.first), options);
  RawEnd raw{std::move(ends.second)};
  QVERIFY(raw.greet());
  end.turn();
  QVERIFY(end.port->isReady());
  QCOMPARE(end.send(1, std::string(limits::kPortMessageBytes, 'x')), Sent::Failed);
  QCOMPARE(end.failures.size(), std::size_t(1));
  QVERIFY2(end.failures[0].detail.find("cut short") != std::string::npos, end.failures[0].detail.c_str());
}
