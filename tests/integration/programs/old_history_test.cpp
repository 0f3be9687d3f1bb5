// An engine whose history is of an earlier version, on a disk that has no room to bring it up to date: traffic goes on, recording waits.
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"
#include "tests/support/origin/origin.h"
#include "tests/support/small_disk.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/unit/core/store/filled_history.h"

using namespace sluice;
using namespace sluice::test;

namespace {

nlohmann::json statusOf(const EngineProcess& engine) {
  return nlohmann::json::parse(sluicectl(engine.dataDir(), {"--json", "status"}).output, nullptr, false);
}

}  // namespace

SLUICE_TEST(anEngineThatHasNoRoomForItsNewTablesServesAndRecordsWhenItHas) {
  SmallDisk disk("64m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  constexpr std::uint64_t kOld = 20'000;
  const Origin origin;
  EngineProcess::Options options;
  options.dataDir = disk.path();
  {
    EngineProcess first(options);  // leaves a CA
    QVERIFY2(first.ready(), first.log().c_str());
    QVERIFY(first.stop() == 0);
  }
  for (const char* file : {"history.db", "order.db", "search.db"}) std::filesystem::remove(disk.path() / file);
  QVERIFY(store::test::makeOldHistory(disk.path(), 6, kOld).has_value());
  const auto room = std::filesystem::space(disk.path()).available;
  std::ofstream(disk.path() / "ballast") << std::string(room - 1'000'000, 'x');

  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY2(eventually([&] { return engine.log().find("recording is paused: ") != std::string::npos; }), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/5?meanwhile")).has_value());
  const auto status = statusOf(engine);
  QVERIFY2(status["now"]["capture"] == "failed", status.dump().c_str());
  const std::string why = status["now"]["storeError"];
  QVERIFY2(why.find("history.db") != std::string::npos && why.find("space") != std::string::npos, why.c_str());
  const auto list = sluicectl(engine.dataDir(), {"list"});
  QVERIFY2(list.exitCode == 1 && list.errors.find("earlier version") != std::string::npos, list.text().c_str());

  std::filesystem::remove(disk.path() / "ballast");
  QVERIFY2(eventually([&] { return statusOf(engine)["now"]["capture"] == "on"; }), statusOf(engine).dump().c_str());
  QVERIFY(client.get(origin.url("/bytes/5?after")).has_value());
  History history(disk.path());
  for (const char* url : {"?meanwhile", "?after"}) {
    const auto found = history.ended(url);
    QVERIFY2(found.has_value(), history.failure.c_str());
    QVERIFY(found->row.id.value > kOld && found->row.state == store::State::Complete);
  }
  QVERIFY(statusOf(engine)["exchanges"] == kOld + 2);
}
