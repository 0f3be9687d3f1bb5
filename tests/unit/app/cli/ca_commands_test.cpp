#include "app/cli/ca_commands.h"

#include <chrono>
#include <fstream>

#include "platform/data_dir.h"
#include "platform/data_dir_lock.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"
#include "collecting_output.h"

using namespace sluice;
using namespace sluice::cli;
namespace fs = std::filesystem;

namespace {

struct Installation {
  Installation() {
    fs::create_directories(platform::caKeyFile(directory.path()).parent_path());
    for (const auto& path : {platform::caKeyFile(directory.path()), platform::caCertificateFile(directory.path())}) {
      std::ofstream(path) << "x";
    }
  }
  test::TemporaryDirectory directory;
  CollectingOutput output;
};

}  // namespace

SLUICE_TEST(thePathIsToldOnceThereIsACa) {
  Installation one;
  QVERIFY(caPath(one.directory.path(), one.output).has_value());
  QCOMPARE(one.output.text, platform::caCertificateFile(one.directory.path()).string() + "\n");
  const test::TemporaryDirectory empty;
  QVERIFY(caPath(empty.path(), one.output).error().code == Code::NotFound);
}

SLUICE_TEST(aCaIsThrownAwayWhileNoEngineRuns) {
  Installation one;
  {
    const auto engine = platform::DataDirLock::acquire(one.directory.path(), WallTime{});
    QVERIFY(regenerateCa(one.directory.path(), one.output).error().code == Code::DataDirInUse);
    QVERIFY(fs::exists(platform::caKeyFile(one.directory.path())));
  }
  QVERIFY(regenerateCa(one.directory.path(), one.output).has_value());
  QVERIFY(!fs::exists(platform::caKeyFile(one.directory.path())) && !fs::exists(platform::caCertificateFile(one.directory.path())));
}
