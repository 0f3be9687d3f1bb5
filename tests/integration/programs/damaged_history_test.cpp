// A damaged database is moved aside under a name that is told, a new one takes its place, and nothing is deleted.
#include <fstream>
#include <iterator>

#include "core/base/limits.h"
#include "core/store/recorder.h"
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Whether the data directory holds, under another name than the database's own, a file with these contents.
bool isKept(const std::filesystem::path& dataDir, const std::string& damaged) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dataDir)) {
    if (entry.path().filename() == "history.db" && entry.path().parent_path() == dataDir) continue;
    if (entry.is_regular_file() && contents(entry.path()) == damaged) return true;
  }
  return false;
}

void records(const std::filesystem::path& dataDir, const std::string& damaged) {
  const Origin origin;
  EngineProcess::Options options;
  options.dataDir = dataDir;
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  // The log and the line of the listener come over two pipes, in either order.
  const auto said = [&](const std::string& text) {
    return eventually([&] { return engine.log().find(text) != std::string::npos; });
  };
  QVERIFY2(said("damaged") && said(dataDir.string()), engine.log().c_str());
  QVERIFY(isKept(dataDir, damaged));
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/5?anew")).has_value());
  History history(dataDir);
  QVERIFY2(history.ended("?anew").has_value(), history.failure.c_str());
}

}  // namespace

SLUICE_TEST(aFileThatIsNoDatabaseIsMovedAside) {
  const TemporaryDirectory directory;
  const std::string damaged(10'000, 'x');
  std::ofstream(directory / "history.db", std::ios::binary) << damaged;
  records(directory.path(), damaged);
}

SLUICE_TEST(aDatabaseWithDamagedPagesIsMovedAside) {
  const TemporaryDirectory directory;
  {
    const Origin origin;
    EngineProcess::Options options;
    options.dataDir = directory.path();
    EngineProcess engine(options);
    QVERIFY2(engine.ready(), engine.log().c_str());
    Client client(engine.port());
    for (int i = 0; i < 50; ++i) QVERIFY(client.get(origin.url("/bytes/5000")).has_value());
    QVERIFY(engine.stop() == 0);
  }
  auto bytes = contents(directory / "history.db");
  QVERIFY(bytes.size() > 32'768);
  constexpr std::size_t kPage = limits::kDatabasePageBytes;
  for (std::size_t at = kPage; at < bytes.size(); at += kPage) bytes.replace(at, 64, 64, '\xff');
  std::ofstream(directory / "history.db", std::ios::binary) << bytes;
  records(directory.path(), bytes);
}

// The rest is there; and what cannot be read is left for a version that can.
SLUICE_TEST(whatIsKeptAndCannotBeReadIsNamedAndStays) {
  const TemporaryDirectory directory;
  const store::KeptSettings kept{{"pass-through/other.test", ""},
                                 {"pass-through/private.test", "perhaps"},
                                 {"profile/broken", R"({"name":"Broken","down":{)"},
                                 {"profile/mine", R"({"name":"Mine"})"}};
  const auto recorder = [&] { return std::move(*store::Recorder::start(std::move(*store::Database::open(directory.path(), {})), {})); };
  {
    const auto before = recorder();
    for (const auto& [key, value] : kept) QVERIFY(before->keep(key, value).has_value());
  }
  {
    EngineProcess::Options options;
    options.dataDir = directory.path();
    EngineProcess engine(options);
    QVERIFY2(engine.ready(), engine.log().c_str());
    QVERIFY2(eventually([&] { return engine.log().find("profile 'broken' cannot be read") != std::string::npos; }), engine.log().c_str());
    const auto status = sluicectl(directory.path(), {"status"});
    QVERIFY2(status.output.find("Note         profile 'broken' cannot be read and is left out (") != std::string::npos,
             status.text().c_str());
    QVERIFY2(status.output.find("what is kept of 'other.test' is neither on nor off; of these hosts 2 are left out") != std::string::npos,
             status.text().c_str());
    const auto list = sluicectl(directory.path(), {"profile", "list"});
    QVERIFY2(list.ok() && list.output.find("Mine") != std::string::npos && list.output.find("Broken") == std::string::npos,
             list.text().c_str());
    const auto save = sluicectl(directory.path(), {"profile", "save", "Broken"});
    QVERIFY2(save.exitCode == 1 && save.errors.find("delete it first") != std::string::npos, save.text().c_str());
    QVERIFY(engine.stop() == 0);
  }
  QVERIFY(recorder()->kept() == kept);
}
