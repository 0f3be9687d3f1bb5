// The completions of sluicectl in the shells that they are for, and its manual page in groff; each where the machine has the program.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/engine_process.h"
#include "tests/support/process.h"
#include "tests/support/test.h"

using namespace sluice::test;

namespace {

namespace fs = std::filesystem;

const fs::path kResources = SLUICE_RESOURCES;

bool has(const std::string& program) { return run("sh", {"-c", "command -v " + program}).ok(); }

// What bash offers for the last of these words.
std::set<std::string> offered(const std::string& words) {
  const std::string program = "sluicectl() { '" + programPath("sluicectl") + "' \"$@\"; }; ";
  const std::string script = program + ". '" + (kResources / "completions/sluicectl.bash").string() + "'; COMP_WORDS=(sluicectl " + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); compopt() { :; }; _sluicectl; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const auto finished = run("bash", {"--norc", "-uc", script});
  if (!finished.ok() || !finished.errors.empty()) return {"failed: " + finished.text()};
  std::set<std::string> all;
  std::istringstream lines(finished.output);
  for (std::string line; std::getline(lines, line);) all.insert(line);
  return all;
}

using Words = std::set<std::string>;

std::string contents(const char* name) {
  std::ifstream file(kResources / "completions" / name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What sluicectl itself says that may follow these words.
struct Help {
  Words options;
  Words commands;
};

Help helpOf(std::vector<std::string> words) {
  words.push_back("--help");
  const auto finished = run(programPath("sluicectl"), words);
  Help help;
  std::istringstream lines(finished.output);
  bool inCommands = false;
  for (std::string line; std::getline(lines, line);) {
    inCommands = line == "Subcommands:" || (inCommands && !line.empty());
    std::istringstream in(line);
    std::string word;
    if (line.rfind("  ", 0) != 0 || !(in >> word)) continue;
    if (inCommands) help.commands.insert(word);
    if (const auto at = word.find("--"); !inCommands && at != word.npos && word != "--version") help.options.insert(word.substr(at));
  }
  return help;
}

// The options of a command and of the commands within it.
Words optionsOf(const std::string& command) {
  const Help help = helpOf({command});
  Words options = help.options;
  for (const std::string& each : help.commands) options.merge(helpOf({command, each}).options);
  return options;
}

// The part of a text between two others.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from);
  return begin == text.npos ? std::string() : text.substr(begin, text.find(to, begin) - begin);
}

// Whether a line of the completion for fish offers this within the command.
bool fishOffers(const std::string& command, const std::string& what) {
  std::istringstream lines(contents("sluicectl.fish"));
  for (std::string line; std::getline(lines, line);) {
    const std::string within = " " + between(line, "'__fish_seen_subcommand_from ", "' -") + " ";
    if (within.find(" " + command + " ") != within.npos && (line + " ").find(what + " ") != line.npos) return true;
  }
  return false;
}

}  // namespace

// Nothing is missing and nothing is left over, whatever is added to sluicectl.
SLUICE_TEST(completionsHaveTheCommandsAndOptionsThatThereAre) {
  const Words commands = helpOf({}).commands;
  QVERIFY(commands.size() > 10);
  QVERIFY(!has("bash") || offered("''") == [&] {
    Words all = commands;
    all.insert({"--data-dir", "--json", "--help", "--version"});
    return all;
  }());
  const std::string zsh = contents("_sluicectl"), fish = contents("sluicectl.fish");
  for (const std::string& command : commands) {
    QVERIFY2(zsh.find("'" + command + ":") != zsh.npos, ("zsh: " + command).c_str());
    QVERIFY2(fish.find(" -a " + command + " ") != fish.npos, ("fish: " + command).c_str());
    Words options = optionsOf(command);
    const std::string zshPart = between(zsh, "      " + command + ") ", ";;");
    for (const std::string& option : options) {
      if (option == "--help") continue;
      QVERIFY2(zshPart.find("'" + option + "[") != zshPart.npos, ("zsh: " + command + " " + option).c_str());
      QVERIFY2(fishOffers(command, "-l " + option.substr(2)), ("fish: " + command + " " + option).c_str());
    }
    const Words within = helpOf({command}).commands;
    for (const std::string& each : within) {
      QVERIFY2(between(zshPart, ":(", ")").find(each) != zshPart.npos, ("zsh: " + command + " " + each).c_str());
      QVERIFY2(fish.find(each) != fish.npos, ("fish: " + command + " " + each).c_str());
    }
    if (!has("bash")) continue;
    options.insert({"--data-dir", "--json", "--help"});
    QVERIFY2(offered(command + " x --") == options, ("bash: " + command).c_str());
    const Words next = offered(command + " ''");
    QVERIFY2(std::includes(next.begin(), next.end(), within.begin(), within.end()), ("bash: " + command).c_str());
  }
}

SLUICE_TEST(bashOffersCommandsOptionsAndValues) {
  if (!has("bash")) QSKIP("no bash");
  QVERIFY(offered("s") == (Words{"status", "show", "session", "selftest", "stop"}));
  QVERIFY(offered("list --l") == (Words{"--limit"}));
  QVERIFY(offered("--json show 12 --ra") == (Words{"--raw"}));
  QVERIFY(offered("show 12 --raw re") == (Words{"request", "response"}));
  QVERIFY(offered("ca ''") == (Words{"export", "install", "path", "regenerate", "remove", "status"}));
  QVERIFY(offered("pass-through a") == (Words{"add"}));
  QVERIFY(offered("export ''") == (Words{"har"}));
  QVERIFY(offered("session ''") == (Words{"save"}));
  QVERIFY(offered("list --filter hos") == (Words{"host~"}));
  const std::string folder = (kResources / "completions").string() + "/_";
  for (const char* file : {"export har ", "import har ", "session save ", "ca export ", "profile save mine --file ", "list --session "}) {
    QVERIFY2(offered(file + folder) == (Words{folder + "sluicectl"}), file);
  }
  for (const char* name : {"profile use ", "profile show ", "selftest ", "profile save mine --from "}) {
    QVERIFY2(offered(std::string(name) + "'Firefox\\ G'") == (Words{"Firefox\\ GPRS", "Firefox\\ Good\\ 2G", "Firefox\\ Good\\ 3G"}), name);
  }
}

SLUICE_TEST(zshTakesItsCompletion) {
  if (!has("zsh")) QSKIP("no zsh");
  const auto file = (kResources / "completions/_sluicectl").string();
  const auto finished = run("zsh", {"-fn", file});
  QVERIFY2(finished.ok() && finished.errors.empty(), finished.text().c_str());
}

// A shell at a terminal of its own: what it makes of each line when the tabulator is pressed.
SLUICE_TEST(zshCompletesCommandsOptionsAndValues) {
  if (!has("zsh")) QSKIP("no zsh");
  constexpr const char* kScript = R"zsh(
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'stty -echo; PROMPT=; RPROMPT=; fpath=('${(q)1}' $fpath); autoload -Uz compinit; compinit -u -D
  report() { zle -I; print -r -- "line=$BUFFER="; BUFFER= }; zle -N report; bindkey "^X" report; bindkey "^I" complete-word; print ready='
zpty -r shell text '*ready=*'
shift
for line in "$@"; do
  zpty -w -n shell "$line"$'\t\x18'
  zpty -r shell text '*line=*='
  print -r -- "${text##*line=}"
done
zpty -d shell
)zsh";
  const auto finished = run("zsh", {"-fc", kScript, "zsh", (kResources / "completions").string(), "sluicectl sess", "sluicectl list --lim",
                                    "sluicectl show 12 --raw req", "sluicectl ca regen"});
  QVERIFY2(finished.ok(), finished.text().c_str());
  QCOMPARE(finished.output, std::string("sluicectl session =\nsluicectl list --limit =\nsluicectl show 12 --raw request =\n"
                                        "sluicectl ca regenerate =\n"));
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
