// The completions of sluicectl in the shells that they are for, and its manual page in groff; each where the machine has the program.
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/support/process.h"
#include "tests/support/test.h"

using namespace sluice::test;

namespace {

namespace fs = std::filesystem;

const fs::path kResources = SLUICE_RESOURCES;

bool has(const std::string& program) { return run("sh", {"-c", "command -v " + program}).ok(); }

// What bash offers for the last of these words.
std::set<std::string> offered(const std::string& words) {
  const std::string script = ". '" + (kResources / "completions/sluicectl.bash").string() + "'; COMP_WORDS=(sluicectl " + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); compopt() { :; }; _sluicectl; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const auto finished = run("bash", {"--norc", "-uc", script});
  if (!finished.ok() || !finished.errors.empty()) return {"failed: " + finished.text()};
  std::set<std::string> all;
  std::istringstream lines(finished.output);
  for (std::string line; std::getline(lines, line);) all.insert(line);
  return all;
}

using Words = std::set<std::string>;

}  // namespace

SLUICE_TEST(bashOffersCommandsOptionsAndValues) {
  if (!has("bash")) QSKIP("no bash");
  QVERIFY(offered("s") == (Words{"status", "show", "session", "selftest", "stop"}));
  QVERIFY(offered("list --l") == (Words{"--limit"}));
  QVERIFY(offered("--json show 12 --ra") == (Words{"--raw"}));
  QVERIFY(offered("show 12 --raw re") == (Words{"request", "response"}));
  QVERIFY(offered("ca ''") == (Words{"export", "path", "regenerate"}));
  QVERIFY(offered("pass-through a") == (Words{"add"}));
  QVERIFY(offered("export ''") == (Words{"har"}));
  QVERIFY(offered("session ''") == (Words{"save"}));
  QVERIFY(offered("list --filter hos") == (Words{"host~"}));
}

SLUICE_TEST(zshTakesItsCompletion) {
  if (!has("zsh")) QSKIP("no zsh");
  const auto file = (kResources / "completions/_sluicectl").string();
  const auto finished = run("zsh", {"-fn", file});
  QVERIFY2(finished.ok() && finished.errors.empty(), finished.text().c_str());
}

SLUICE_TEST(fishOffersCommandsAndOptions) {
  if (!has("fish")) QSKIP("no fish");
  const auto file = (kResources / "completions/sluicectl.fish").string();
  const auto finished = run("fish", {"-Nc", "source '" + file + "'; complete -C 'sluicectl sess'; complete -C 'sluicectl list --lim'"});
  QVERIFY2(finished.ok() && finished.output.find("session") != std::string::npos && finished.output.find("--limit") != std::string::npos,
           finished.text().c_str());
}

SLUICE_TEST(groffFindsNothingWrongWithTheManualPage) {
  if (!has("groff")) QSKIP("no groff");
  const auto finished = run("groff", {"-man", "-Tutf8", "-ww", "-z", (kResources / "man/sluicectl.1").string()});
  QVERIFY2(finished.ok() && finished.errors.empty(), finished.text().c_str());
}
