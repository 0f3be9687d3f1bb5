// How sluiced starts, and how it says no.
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdio>
#include <fstream>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

Finished sluiced(const std::vector<std::string>& arguments) { return run(programPath("sluiced"), arguments); }

// Root may write everywhere, so what root runs here runs as nobody: copies of our programs, in a directory that nobody may enter.
class AnotherUser {
 public:
  AnotherUser() {
    std::filesystem::permissions(directory(), kEverybody);
    for (const char* name : {"sluiced", "sluicectl"}) {
      std::filesystem::copy_file(programPath(name), directory() / name);
      std::filesystem::permissions(directory() / name, kEverybody);
    }
  }

  const std::filesystem::path& directory() const { return directory_.path(); }

  void own(const std::filesystem::path& path, std::filesystem::perms permissions) const {
    std::filesystem::permissions(path, permissions);
    if (::geteuid() == 0 && ::chown(path.c_str(), kNobody, kNobody) != 0) std::perror("chown");
  }

  Finished run(const std::string& program, std::vector<std::string> arguments) const {
    const std::string path = (directory() / program).string();
    if (::geteuid() != 0) return sluice::test::run(path, arguments);
    const std::string nobody = std::to_string(kNobody);
    arguments.insert(arguments.begin(), {"--reuid=" + nobody, "--regid=" + nobody, "--clear-groups", "--", path});
    return sluice::test::run("setpriv", arguments);
  }

 private:
  static constexpr unsigned kNobody = 65534;
  static constexpr auto kEverybody = std::filesystem::perms(0755);

  TemporaryDirectory directory_;
};

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

// Whatever characters a path has, on systems too whose programs are usually told less.
SLUICE_TEST(pathsMayHaveAnyCharacters) {
  const Origin origin;
  const TemporaryDirectory directory;
  const auto folder = directory / "\u00fc \u0394\u03ad\u03bb\u03c4\u03b1 \u65e5\u672c \U0001d11e";
  std::filesystem::create_directory(folder);
  EngineProcess::Options options;
  options.dataDir = folder / "data";
  options.arguments = {"--log-file", (folder / "log").string()};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/1000")).has_value());
  const auto exported = sluicectl(engine.dataDir(), {"export", "har", (folder / "all.har").string()});
  QVERIFY2(exported.ok(), exported.text().c_str());
  QVERIFY(std::filesystem::exists(folder / "all.har"));
  QVERIFY(std::filesystem::exists(folder / "log"));
  QVERIFY(std::filesystem::exists(folder / "data" / "history.db"));
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
  const AnotherUser user;
  const auto closed = user.directory() / "closed";
  std::filesystem::create_directory(closed);
  user.own(closed, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto finished = user.run("sluiced", {"--data-dir", closed.string(), "--listen", "regular@127.0.0.1:0"});
  QVERIFY2(finished.exitCode == 1, finished.text().c_str());
  QVERIFY2(contains(finished.errors, closed.string()) && contains(finished.errors, "ermission denied"), finished.text().c_str());
  const auto asked = user.run("sluicectl", {"--data-dir", closed.string(), "list"});
  QVERIFY2(asked.exitCode == 1 && contains(asked.errors, closed.string()), asked.text().c_str());
}

// Of another user, or on a disk that is mounted for reading.
SLUICE_TEST(aHistoryThatCannotBeWrittenIsReadAndNotRecordedInto) {
  const AnotherUser user;
  const auto dataDir = user.directory() / "data";
  std::filesystem::create_directory(dataDir);
  {
    const Origin origin;
    EngineProcess::Options options;
    options.dataDir = dataDir;
    EngineProcess engine(options);
    QVERIFY2(engine.ready(), engine.log().c_str());
    Client client(engine.port());
    QVERIFY(client.get(origin.url("/bytes/10?kept")).has_value());
    QVERIFY(engine.stop() == 0);
  }
  using std::filesystem::perms;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dataDir)) {
    user.own(entry.path(), perms::owner_read | (entry.is_directory() ? perms::owner_exec : perms::none));
  }
  user.own(dataDir, perms::owner_read | perms::owner_exec);
  const auto engine = user.run("sluiced", {"--data-dir", dataDir.string(), "--listen", "regular@127.0.0.1:0"});
  QVERIFY2(engine.exitCode == 1, engine.text().c_str());
  QVERIFY2(contains(engine.errors, dataDir.string()) && contains(engine.errors, "ermission denied"), engine.text().c_str());
  const auto list = user.run("sluicectl", {"--data-dir", dataDir.string(), "list"});
  QVERIFY2(list.exitCode == 0 && contains(list.output, "/bytes/10?kept"), list.text().c_str());
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
