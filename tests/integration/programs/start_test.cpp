// How sluiced starts, and how it says no.
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <fstream>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

Finished sluiced(const std::vector<std::string>& arguments) { return run(programPath("sluiced"), arguments); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

SLUICE_TEST(unknownOptionsAreRefusedWithUsage) {
  const TemporaryDirectory directory;
  const std::vector<std::vector<std::string>> wrongs = {
      {"--no-such-option"},        {"word"},
      {"--listen", "nonsense"},    {"--listen", "regular@127.0.0.1:99999"},
      {"--listen", "odd@[::1]:0"}, {"--log-level", "loudest"},
      {"--capture", "perhaps"},    {"--listen"}};
  for (const auto& wrong : wrongs) {
    std::vector<std::string> arguments = {"--data-dir", directory.path().string()};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const auto finished = sluiced(arguments);
    QVERIFY2(finished.exitCode == 2, (wrong[0] + ": " + finished.text()).c_str());
    QVERIFY2(contains(finished.errors, "sage"), finished.text().c_str());
    QVERIFY2(finished.output.empty(), finished.text().c_str());
  }
}

SLUICE_TEST(helpAndVersionAreNoFailures) {
  const auto help = sluiced({"--help"});
  QVERIFY2(help.ok() && contains(help.output, "--listen") && contains(help.output, "--data-dir"), help.text().c_str());
  const auto version = sluiced({"--version"});
  QVERIFY2(version.ok() && contains(version.output, "sluiced "), version.text().c_str());
}

SLUICE_TEST(severalListenersEachSayWhereTheyListen) {
  const Origin origin;
  EngineProcess::Options options;
  options.listeners = {"regular@127.0.0.1:0", "regular@127.0.0.1:0"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY(engine.port(0) != engine.port(1));
  for (const std::size_t listener : {std::size_t(0), std::size_t(1)}) {
    Client client(engine.port(listener));
    QVERIFY(client.get(origin.url("/bytes/1")).has_value());
  }
}

SLUICE_TEST(aPortInUseIsNamed) {
  asio::io_context io;
  const asio::ip::tcp::acceptor taken(io, {asio::ip::address_v4::loopback(), 0});
  const auto address = "127.0.0.1:" + std::to_string(taken.local_endpoint().port());
  const TemporaryDirectory directory;
  const auto finished = sluiced({"--data-dir", directory.path().string(), "--listen", "regular@" + address});
  QVERIFY2(finished.exitCode == 1, finished.text().c_str());
  QVERIFY2(contains(finished.errors, address) && contains(finished.errors, "in use"), finished.text().c_str());
  QVERIFY2(finished.output.empty(), finished.text().c_str());
}

SLUICE_TEST(anAddressThatIsNotOursIsNamed) {
  const TemporaryDirectory directory;
  const auto finished = sluiced({"--data-dir", directory.path().string(), "--listen", "regular@192.0.2.1:8080"});
  QVERIFY2(finished.exitCode == 1, finished.text().c_str());
  QVERIFY2(contains(finished.errors, "192.0.2.1:8080"), finished.text().c_str());
}

SLUICE_TEST(aDataDirectoryThatCannotBeMadeIsNamed) {
  const TemporaryDirectory directory;
  const auto file = directory / "file";
  std::ofstream(file) << "not a directory";
  for (const auto& wrong : {file, file / "below"}) {
    const auto finished = sluiced({"--data-dir", wrong.string(), "--listen", "regular@127.0.0.1:0"});
    QVERIFY2(finished.exitCode == 1, finished.text().c_str());
    QVERIFY2(contains(finished.errors, wrong.string()), finished.text().c_str());
  }
}

SLUICE_TEST(aDataDirectoryThatCannotBeWrittenIsNamed) {
  if (::geteuid() == 0) QSKIP("root may write everywhere");
  const TemporaryDirectory directory;
  const auto closed = directory / "closed";
  std::filesystem::create_directory(closed);
  std::filesystem::permissions(closed, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto finished = sluiced({"--data-dir", closed.string(), "--listen", "regular@127.0.0.1:0"});
  QVERIFY2(finished.exitCode == 1, finished.text().c_str());
  QVERIFY2(contains(finished.errors, closed.string()), finished.text().c_str());
}

SLUICE_TEST(theDataDirectoryIsMadeAndIsItsOwnersAlone) {
  const TemporaryDirectory directory;
  EngineProcess::Options options;
  options.dataDir = directory / "new" / "deep";
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  const auto permissions = std::filesystem::status(options.dataDir).permissions();
  QVERIFY((permissions & others) == std::filesystem::perms::none);
}

SLUICE_TEST(aSecondEngineIsToldWhoHasTheDataDirectory) {
  const TemporaryDirectory directory;
  EngineProcess::Options options;
  options.dataDir = directory.path();
  EngineProcess first(options);
  QVERIFY2(first.ready(), first.log().c_str());
  const auto second = sluiced({"--data-dir", directory.path().string(), "--listen", "regular@127.0.0.1:0"});
  QVERIFY2(second.exitCode == 1, second.text().c_str());
  QVERIFY2(contains(second.errors, std::to_string(first.process().id())), second.text().c_str());
  QVERIFY2(contains(second.errors, directory.path().string()), second.text().c_str());
  QVERIFY(second.output.empty());
  QVERIFY(first.process().running());
  QVERIFY(first.stop() == 0);
  // The directory is free again.
  EngineProcess third(options);
  QVERIFY2(third.ready(), third.log().c_str());
}

SLUICE_TEST(twoEnginesOnTheirOwnDirectoriesDoNotDisturbEachOther) {
  const Origin origin;
  EngineProcess first, second;
  QVERIFY2(first.ready() && second.ready(), (first.log() + second.log()).c_str());
  Client one(first.port()), two(second.port());
  QVERIFY(one.get(origin.url("/bytes/1")).has_value());
  QVERIFY(two.get(origin.url("/bytes/1")).has_value());
  QVERIFY(first.stop() == 0);
  QVERIFY(two.get(origin.url("/bytes/1")).has_value());
}

SLUICE_TEST(theLogGoesToAFileWhenAsked) {
  const TemporaryDirectory directory;
  EngineProcess::Options options;
  options.arguments = {"--log-file", (directory / "log").string(), "--log-level", "debug"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY(engine.stop() == 0);
  QVERIFY2(engine.process().errors().empty(), engine.process().errors().c_str());
  QVERIFY(std::filesystem::file_size(directory / "log") > 0);
}
