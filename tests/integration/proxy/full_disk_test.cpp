// The disk on which bodies wait for slow clients becomes full: who needs it ends with a reason, the others go on.
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/small_disk.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(aFullDiskEndsOnlyTheExchangeThatNeedsIt) {
  const SmallDisk disk("16m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  const Origin origin;
  EngineProcess::Options options;
  options.dataDir = disk.path();
  options.arguments = {"--slow-client", "buffered"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  const std::string large = "/bytes/100000000?seed=1&framing=chunked";
  Client slow(engine.port());
  QVERIFY(slow.write("GET " + origin.url(large) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto head = readHead(slow.input());
  QVERIFY(head.has_value());

  // It takes nothing until its exchange has ended, which the disk must bring about.
  History history(engine.dataDir());
  const auto found = history.ended(large);
  QVERIFY2(found.has_value(), history.failure.c_str());
  QCOMPARE(int(found->row.error.code), int(Code::NoSpace));
  QVERIFY2(found->row.error.detail.find("spill file in " + disk.path().string()) != std::string::npos,
           found->row.error.detail.c_str());
  const auto cut = readBody(*head, WithoutLength::UntilClose, slow.input(), [](Bytes) { return true; });
  QVERIFY(!cut.complete);  // and its client sees that

  Client other(engine.port());
  const auto reply = other.get(origin.url("/bytes/2000000?seed=2"));
  QVERIFY(reply.has_value());
  QVERIFY(reply->body == Pattern(2).text(0, 2'000'000));
}

SLUICE_TEST(aFullDiskCostsABodyItsRecordAndNothingElse) {
  const SmallDisk disk("16m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  const Origin origin;
  EngineProcess::Options options;
  options.dataDir = disk.path();
  options.arguments = {"--slow-client", "buffered"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  // Larger than the disk, and its spill file is its record: it goes on from memory.
  Client client(engine.port());
  const auto reply = client.get(origin.url("/bytes/40000000?seed=3"));
  QVERIFY(reply.has_value());
  QVERIFY(reply->body == Pattern(3).text(0, 40'000'000));
}

// Neither its lock nor its history needs a block more than they had; what passes is recorded once there is room.
SLUICE_TEST(anEngineStartsOnADiskThatIsFullAndRecordsOnceThereIsRoom) {
  const SmallDisk disk("16m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  const Origin origin;
  EngineProcess::Options options;
  options.dataDir = disk.path();
  {
    EngineProcess before(options);
    QVERIFY2(before.ready(), before.log().c_str());
    QVERIFY(Client(before.port()).get(origin.url("/bytes/10?n=0")).has_value());
    QCOMPARE(before.stop(), 0);
  }
  const auto ballast = disk.path() / "ballast";
  fill(ballast);
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY(Client(engine.port()).get(origin.url("/bytes/10?n=1")).has_value());
  const auto status = sluicectl(engine.dataDir(), {"status"});
  QVERIFY2(status.ok() && status.output.find("no space left") != std::string::npos, status.output.c_str());
  std::filesystem::remove(ballast);
  History history(engine.dataDir());
  QVERIFY2(history.ended("/bytes/10?n=1").has_value(), history.failure.c_str());
}
