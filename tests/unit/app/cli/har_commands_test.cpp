#include "app/cli/har_commands.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "collecting_output.h"
#include "core/filter/parser.h"
#include "core/store/reader.h"
#include "platform/data_dir_lock.h"
#include "recorded_history.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;

namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace

SLUICE_TEST(carriesExchangesFromOneHistoryToAnother) {
  RecordedHistory history;
  history.exchange(1, "http://a/1", std::string(200'000, 'x'));
  history.exchange(2, "http://b/2");
  history.begin(3, "http://a/running");
  history.commit();
  sluice::test::TemporaryDirectory other;
  const auto file = other.path() / "some.har";
  CollectingOutput told, counted, piped;
  QVERIFY(exportHar({file}, Format::Human, history.dataDir(), told).has_value());
  QCOMPARE(told.text, std::string("wrote 2 exchanges; left out 1 that still run or are tunnels\n"));
  const auto wanted = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  QVERIFY(std::filesystem::status(file).permissions() == wanted);
  for (const auto& each : std::filesystem::directory_iterator(other.path())) QVERIFY(each.path().extension() != ".part");

  const auto into = other.path() / "data";
  QVERIFY(importHar({file}, Format::Json, into, counted).has_value());
  QCOMPARE(counted.text, std::string("{\"imported\":2}\n"));
  QVERIFY(exportHar({"-"}, Format::Human, into, piped).has_value());
  QVERIFY(piped.text == contents(file));
}

SLUICE_TEST(exportsWhatTheFilterShows) {
  RecordedHistory history;
  history.exchange(1, "http://a/1");
  history.exchange(2, "http://b/2");
  history.commit();
  CollectingOutput output;
  QVERIFY(exportHar({"-", *filter::parse("b/2")}, Format::Human, history.dataDir(), output).has_value());
  QCOMPARE(nlohmann::json::parse(output.text)["log"]["entries"].size(), std::size_t(1));
}

SLUICE_TEST(tellsWhatIsWrongWithAFile) {
  sluice::test::TemporaryDirectory dir;
  CollectingOutput output;
  const auto missing = importHar({dir.path() / "none.har"}, Format::Human, dir.path() / "d", output);
  QVERIFY(missing.error().code == Code::NotFound && missing.error().detail.find("none.har") != std::string::npos);
  std::ofstream(dir.path() / "bad.har") << "{\n  nonsense";
  const auto bad = importHar({dir.path() / "bad.har"}, Format::Human, dir.path() / "d", output);
  QVERIFY2(bad.error().detail.find("bad.har is no JSON: at line 2, column") != std::string::npos, bad.error().detail.c_str());
  RecordedHistory history;
  history.exchange(1, "http://a/1");
  history.commit();
  const auto unwritable = exportHar({dir.path() / "no" / "such.har"}, Format::Human, history.dataDir(), output);
  QVERIFY(unwritable.error().code == Code::NotFound);
}

SLUICE_TEST(importsNothingWhileAnEngineHasTheHistory) {
  sluice::test::TemporaryDirectory dir;
  std::ofstream(dir.path() / "a.har") << "{\"log\":{\"entries\":[]}}";
  const auto lock = platform::DataDirLock::acquire(dir.path(), WallTime());
  QVERIFY(lock.has_value());
  CollectingOutput output;
  const auto refused = importHar({dir.path() / "a.har"}, Format::Human, dir.path(), output);
  QVERIFY(!refused && refused.error().code == Code::DataDirInUse);
}
