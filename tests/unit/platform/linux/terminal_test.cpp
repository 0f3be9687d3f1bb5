// Terminals as a PATH of the test's own has them, and the script that one is started with, run by a real shell.
#include "platform/terminal.h"

#include <filesystem>
#include <fstream>

#include "platform/posix/run_program.h"
#include "tests/support/environment_posix.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
namespace fs = std::filesystem;

namespace {

void makeProgram(const fs::path& file, const std::string& script = "true") {
  std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
  fs::permissions(file, fs::perms::owner_all);
}

}  // namespace

SLUICE_TEST(thePreferredTerminalComesFirstAndOnce) {
  const test::TemporaryDirectory folder;
  makeProgram(folder / "xterm");
  makeProgram(folder / "kitty");
  fs::create_symlink(folder / "xterm", folder / "x-terminal-emulator");
  const test::EnvironmentVariable path("PATH", "/no/such/folder::" + folder.path().string());
  const auto terminals = installedTerminals();
  QCOMPARE(terminals.size(), std::size_t(2));
  QVERIFY(terminals[0].words == (std::vector<std::string>{"x-terminal-emulator", "-e"}));
  QVERIFY(terminals[1].words == (std::vector<std::string>{"kitty"}));
  const test::EnvironmentVariable nothing("PATH", "");
  QVERIFY(installedTerminals().empty());
}

SLUICE_TEST(theShellHasTheVariablesWhateverIsInThem) {
  const test::TemporaryDirectory folder;
  makeProgram(folder / "shell", "printf '%s|%s|%s' \"$A\" \"$B\" \"$PWD\"");
  const test::EnvironmentVariable shell("SHELL", (folder / "shell").string());
  const test::EnvironmentVariable home("HOME", folder.path().string());
  const Variables variables{{"A", "it's $HOME `x` \"y\" \\ %"}, {"B", ""}};
  const auto words = terminalCommand({"env", {"env"}}, variables, "hello 'you'", folder / "made here");
  QVERIFY(words.has_value());
  QCOMPARE(words->size(), std::size_t(2));
  const auto said = runProgram(*words);
  QVERIFY(said.has_value());
  QCOMPARE(*said, "hello 'you'\nit's $HOME `x` \"y\" \\ %||" + folder.path().string());
}

SLUICE_TEST(aFolderThatCannotBeMadeIsNamed) {
  const test::TemporaryDirectory folder;
  std::ofstream(folder / "file") << "in the way";
  const auto words = terminalCommand({"env", {"env"}}, {}, "", folder / "file" / "below");
  QVERIFY(!words && words.error().detail.find("below") != std::string::npos);
}
