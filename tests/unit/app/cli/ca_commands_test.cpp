#include "app/cli/ca_commands.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/codec/tls/authority.h"
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
  QVERIFY(caPath(Format::Human, one.directory.path(), one.output).has_value());
  QCOMPARE(one.output.text, platform::caCertificateFile(one.directory.path()).string() + "\n");
  one.output.text.clear();
  QVERIFY(caPath(Format::Json, one.directory.path(), one.output).has_value());
  QCOMPARE(one.output.text, "{\"path\":\"" + platform::caCertificateFile(one.directory.path()).string() + "\"}\n");
  const test::TemporaryDirectory empty;
  QVERIFY(caPath(Format::Human, empty.path(), one.output).error().code == Code::NotFound);
}

SLUICE_TEST(aCaIsThrownAwayWhileNoEngineRuns) {
  Installation one;
  {
    const auto engine = platform::DataDirLock::acquire(one.directory.path(), WallTime{});
    QVERIFY(regenerateCa(Format::Human, one.directory.path(), one.output).error().code == Code::DataDirInUse);
    QVERIFY(fs::exists(platform::caKeyFile(one.directory.path())));
  }
  QVERIFY(regenerateCa(Format::Human, one.directory.path(), one.output).has_value());
  QVERIFY(!fs::exists(platform::caKeyFile(one.directory.path())) && !fs::exists(platform::caCertificateFile(one.directory.path())));
}

SLUICE_TEST(asJsonItIsToldWhichFilesOfTheCaAreGone) {
  Installation one;
  const auto& folder = one.directory.path();
  QVERIFY(regenerateCa(Format::Json, folder, one.output).has_value());
  const std::vector<std::string> files{platform::caKeyFile(folder).string(), platform::caCertificateFile(folder).string()};
  QVERIFY2(nlohmann::json::accept(one.output.text), one.output.text.c_str());
  QVERIFY(nlohmann::json::parse(one.output.text)["removed"] == files);
  one.output.text.clear();
  QVERIFY(regenerateCa(Format::Json, folder, one.output).has_value());
  QCOMPARE(one.output.text, std::string("{\"removed\":[]}\n"));
}

SLUICE_TEST(theCertificateIsExportedAsTheNameOfTheFileSays) {
  Installation one;
  const auto authority = std::move(*tls::Authority::make(std::chrono::floor<Micros>(std::chrono::system_clock::now())));
  std::ofstream(platform::caCertificateFile(one.directory.path()), std::ios::binary) << authority.certificatePem();
  const auto exported = [&](const char* name) {
    const auto file = one.directory / name;
    QVERIFY(exportCa({file}, one.directory.path(), one.output).has_value());
    std::ifstream stream(file, std::ios::binary);
    one.output.text.assign(std::istreambuf_iterator<char>(stream), {});
  };
  for (const char* name : {"a.pem", "a", "a.txt"}) {
    exported(name);
    QCOMPARE(one.output.text, authority.certificatePem());
  }
  for (const char* name : {"a.crt", "a.cer", "a.der"}) {
    exported(name);
    QVERIFY(one.output.text == authority.certificateDer());
  }
  one.output.text.clear();
  QVERIFY(exportCa({"-"}, one.directory.path(), one.output).has_value());
  QCOMPARE(one.output.text, authority.certificatePem());
  const auto missing = exportCa({one.directory / "no" / "folder.pem"}, one.directory.path(), one.output);
  QVERIFY(!missing && missing.error().detail.find("folder.pem") != std::string::npos);
}
