#include "app/cli/arguments.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;

namespace {

std::variant<Arguments, Usage> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "sluicectl");
  return parseArguments(int(words.size()), words.data());
}

// What the words mean; nothing when they are no command.
template <class Wanted>
std::optional<Wanted> command(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  const auto* arguments = std::get_if<Arguments>(&parsed);
  if (arguments == nullptr || !std::holds_alternative<Wanted>(arguments->command)) return std::nullopt;
  return std::get<Wanted>(arguments->command);
}

int exitStatus(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  const auto* usage = std::get_if<Usage>(&parsed);
  return usage == nullptr ? -1 : usage->exitStatus;
}

}  // namespace

SLUICE_TEST(everyCommandIsUnderstood) {
  QVERIFY(command<StatusCommand>({"status"}));
  QVERIFY(command<ConnectionsCommand>({"connections"}));
  QVERIFY(command<WatchCommand>({"watch"}));
  QVERIFY(command<StopCommand>({"stop"}));
  QVERIFY(command<ClearCommand>({"clear"}));
  const auto capture = command<SwitchCommand>({"capture", "off"});
  QVERIFY(capture && capture->what == control::SwitchKind::Recording && !capture->on);
  const auto intercept = command<SwitchCommand>({"intercept", "on"});
  QVERIFY(intercept && intercept->what == control::SwitchKind::Interception && intercept->on);
  const auto mark = command<AnnotateCommand>({"mark", "12", "blue"});
  QVERIFY(mark && mark->exchange.value == 12 && (mark->annotation == Annotation{Mark::Blue, std::nullopt}));
  QVERIFY(command<AnnotateCommand>({"mark", "12"})->annotation.mark == Mark::Red);
  QVERIFY(command<AnnotateCommand>({"mark", "12", "none"})->annotation.mark == Mark::None);
  QVERIFY((command<AnnotateCommand>({"comment", "12", "see here"})->annotation == Annotation{std::nullopt, "see here"}));
  for (const auto& words : {std::vector<const char*>{"mark"}, {"mark", "12", "pink"}, {"mark", "x"}, {"comment", "12"}}) {
    QCOMPARE(exitStatus(words), 2);
  }
  QCOMPARE(exitStatus({"comment", "12", std::string(kCommentBytesMax + 1, 'a').c_str()}), 2);
  QVERIFY(command<CaPathCommand>({"ca", "path"}));
  QVERIFY(command<RegenerateCaCommand>({"ca", "regenerate"}));
  QVERIFY(command<TrustCommand>({"ca", "status", "--json"})->what == TrustCommand::What::Status);
  const auto installed = command<TrustCommand>({"ca", "install"}), removed = command<TrustCommand>({"ca", "remove", "system"});
  QVERIFY(installed && installed->what == TrustCommand::What::Install && installed->place.empty());
  QVERIFY(removed && removed->what == TrustCommand::What::Remove && removed->place == "system");
  QCOMPARE(command<ListCommand>({"list"})->limit, std::size_t(50));
  QCOMPARE(command<ListCommand>({"list", "--limit", "7"})->limit, std::size_t(7));
  QCOMPARE(command<ShowCommand>({"show", "12"})->exchange.value, std::uint64_t(12));
  QVERIFY(command<BodyCommand>({"body", "12"})->direction == capture::Direction::Response);
  QVERIFY(command<BodyCommand>({"body", "12", "--request"})->direction == capture::Direction::Request);
  QCOMPARE(command<BodyCommand>({"body", "--request", "12"})->exchange.value, std::uint64_t(12));
  QVERIFY(command<BodyCommand>({"body", "12", "--decoded"})->decoded);
  QVERIFY(command<ShowCommand>({"show", "12", "--curl"})->curl);
  QCOMPARE(command<ImportCommand>({"import", "har", "a.har"})->file.string(), std::string("a.har"));
  const auto exported = command<ExportCommand>({"export", "har", "-", "--filter", "status=404", "--json"});
  QVERIFY(exported->file == "-" && toText(exported->filter) == "status=404");
  for (const auto& words : {std::vector<const char*>{"export"}, {"export", "har"}, {"export", "pdf", "x"}, {"import", "har", ""}}) {
    QCOMPARE(exitStatus(words), 2);
  }
}

SLUICE_TEST(aFilterIsReadOrPointsAtItsMistake) {
  QVERIFY(toText(command<ListCommand>({"list", "--filter", "host~a status>=400"})->filter) == "host~\"a\" & status>=400");
  QVERIFY(command<ListCommand>({"list"})->filter == filter::Node{});
  QVERIFY(toText(command<WatchCommand>({"watch", "--filter=~c 404"})->filter) == "status=404");
  const auto wrong = parse({"list", "--filter", "\"\xc3\xa9\" status>=x"});
  QCOMPARE(std::get<Usage>(wrong).exitStatus, 2);
  QVERIFY2(std::get<Usage>(wrong).text.find("column 13: \"x\" is not a whole number") != std::string::npos,
           std::get<Usage>(wrong).text.c_str());
}

// The line that says what is wrong must not scroll away.
SLUICE_TEST(aMistakeIsToldInThreeLinesAtMost) {
  const auto told = [](std::vector<const char*> words) { return std::get<Usage>(parse(std::move(words))).text; };
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  const std::string filter = told({"list", "--filter", "status>=x"});
  QVERIFY2(filter.starts_with("sluicectl: --filter: column 9: \"x\" is not a whole number\n"), filter.c_str());
  QVERIFY2(filter.find("\"sluicectl list --help\" has all of them.") != std::string::npos, filter.c_str());
  const std::string exported = told({"export", "har", "-", "--filter", "status>=x"});
  QVERIFY2(exported.find("\"sluicectl export har --help\" has all of them.") != std::string::npos, exported.c_str());
  QCOMPARE(lines(filter), 2);
  const std::string latency = told({"limit", "--latency", "-5"});
  QVERIFY2(latency.starts_with("sluicectl: --latency: \"-5\" is no number of milliseconds from 0 to 60000\n"), latency.c_str());
  QVERIFY(latency.find("\"sluicectl limit --help\" tells more.") != std::string::npos);
  QCOMPARE(lines(latency), 3);
  for (const char* wrong : {"nan", "inf", "x", "", "1e9", "5ms"}) QCOMPARE(exitStatus({"limit", "--latency", wrong}), 2);
  const std::string mark = told({"mark", "1", "pink"});
  QVERIFY2(mark.find("\"pink\" is none of none, red, ") != std::string::npos, mark.c_str());
  const std::string nested = told({"ca", "frob"});
  QVERIFY2(nested.starts_with("sluicectl ca: there is no command or option \"frob\"\n"), nested.c_str());
  const std::string both = told({"limit", "--host", "a", "--connection", "1", "--off"});
  QVERIFY2(both.starts_with("sluicectl: only one of [--host,--listener,--connection]\n"), both.c_str());
}

SLUICE_TEST(commonOptionsStandBeforeOrAfterTheCommand) {
  for (const auto& words : {std::vector<const char*>{"--json", "--data-dir", "/d", "status"},
                            {"status", "--json", "--data-dir", "/d"},
                            {"--json", "status", "--data-dir=/d"}}) {
    const auto parsed = parse(words);
    const auto* arguments = std::get_if<Arguments>(&parsed);
    QVERIFY(arguments != nullptr);
    QVERIFY(arguments->format == Format::Json);
    QCOMPARE(arguments->dataDir.string(), std::string("/d"));
  }
  const auto plain = parse({"status"});
  QVERIFY(std::get<Arguments>(plain).dataDir.empty());
  QVERIFY(std::get<Arguments>(plain).format == Format::Human);
}

SLUICE_TEST(wrongUsageIsStatusTwoWithUsage) {
  for (const auto& words : {std::vector<const char*>{},
                            {"frobnicate"},
                            {"--frobnicate"},
                            {"status", "--frobnicate"},
                            {"status", "list"},
                            {"status", "extra"},
                            {"list", "--limit", "x"},
                            {"list", "--limit", "-3"},
                            {"list", "--limit", "0"},
                            {"list", "--limit"},
                            {"show"},
                            {"show", "0"},
                            {"show", "-1"},
                            {"show", "1.5"},
                            {"show", "18446744073709551616"},
                            {"show", "9223372036854775808"},
                            {"show", "1", "2"},
                            {"show", "1", "--request"},
                            {"--data-dir"},
                            {"--data-dir", "", "status"}}) {
    QCOMPARE(exitStatus(words), 2);
    const auto parsed = parse(words);
    const auto& text = std::get<Usage>(parsed).text;
    QVERIFY(text.rfind("sluicectl", 0) == 0 && text.find(": ") != std::string::npos);
    QVERIFY(text.find("Usage: sluicectl") != std::string::npos);
  }
}

SLUICE_TEST(anUnknownCommandIsNamed) {
  const auto parsed = parse({"frobnicate"});
  QVERIFY(std::get<Usage>(parsed).text.rfind("sluicectl: there is no command or option \"frobnicate\"\n", 0) == 0);
}

SLUICE_TEST(helpTellsWhichCommandsPrintBytesInPlaceOfJson) {
  std::string help = std::get<Usage>(parse({"--help"})).text;
  help = help.substr(help.find("--json"));
  help = help.substr(0, help.find("\n\n"));
  for (const char* command : {"body", "show --curl", "show --raw"}) QVERIFY2(help.find(command) != std::string::npos, help.c_str());
}

SLUICE_TEST(helpAndVersionAreStatusZero) {
  QCOMPARE(exitStatus({"--help"}), 0);
  QCOMPARE(exitStatus({"list", "--help"}), 0);
  const auto parsed = parse({"--version"});
  QVERIFY(std::get<Usage>(parsed).text.rfind("sluicectl ", 0) == 0);
  QCOMPARE(std::get<Usage>(parsed).exitStatus, 0);
}

// Whoever adds a command or an option tells of it in the manual page and in the completions too.
SLUICE_TEST(everyCommandIsInTheManualAndInTheCompletions) {
  const std::filesystem::path resources = SLUICE_RESOURCES;
  std::set<std::string> words;
  const auto addWords = [&](const std::vector<const char*>& command) {
    std::istringstream help(std::get<Usage>(parse(command)).text);
    bool commands = false;
    for (std::string line; std::getline(help, line);) {
      commands = commands || line.starts_with("Subcommands:");
      std::istringstream inLine(line);
      std::string word;
      if (line.starts_with("  ") && inLine >> word && (commands || word.starts_with("--") || word.starts_with("-h,"))) {
        words.insert(word.substr(word.find("--") == std::string::npos ? 0 : word.find("--")));
      }
    }
  };
  addWords({"--help"});
  for (const auto& each : std::set<std::string>(words)) {
    if (!each.starts_with("-")) addWords({each.c_str(), "--help"});
  }
  addWords({"export", "har", "--help"});
  addWords({"session", "save", "--help"});
  QVERIFY(words.contains("export") && words.contains("--filter") && words.contains("--decoded"));
  for (const char* file : {"man/sluicectl.1", "completions/sluicectl.bash", "completions/_sluicectl", "completions/sluicectl.fish"}) {
    std::ifstream stream(resources / file);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    std::erase(text, '\\');
    for (const std::string& word : words) {
      const std::string wanted = std::string_view(file).ends_with(".fish") && word.starts_with("--") ? "-l " + word.substr(2) : word;
      QVERIFY2(text.find(wanted) != std::string::npos, (std::string(file) + " lacks " + wanted).c_str());
    }
  }
}

SLUICE_TEST(limitsAreReadAsRatesAndMilliseconds) {
  const char* arguments[] = {"sluicectl", "limit", "--down", "200kbit", "--latency", "12.5"};
  const auto parsed = parseArguments(6, arguments);
  const auto& command = std::get<LimitCommand>(std::get<Arguments>(parsed).command);
  QVERIFY(command.adjustment.down == throttle::Rate{25'000});
  QVERIFY(!command.adjustment.up && !command.off);
  QVERIFY(command.adjustment.roundTrip == Micros(12'500));
  const char* wrong[] = {"sluicectl", "limit", "--down", "fast"};
  const auto refused = parseArguments(4, wrong);
  QCOMPARE(std::get<Usage>(refused).exitStatus, 2);
  QVERIFY(std::get<Usage>(refused).text.find("'fast'") != std::string::npos);
}

SLUICE_TEST(profilesAreListedShownOrUsed) {
  const auto parse = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"sluicectl", "profile"});
    return parseArguments(static_cast<int>(arguments.size()), arguments.data());
  };
  using What = ProfileCommand::What;
  const auto used = parse({"use", "Apple LTE"});
  const auto& command = std::get<ProfileCommand>(std::get<Arguments>(used).command);
  QVERIFY(command.what == What::Use && command.name == "Apple LTE");
  const auto listed = parse({"list"});
  QVERIFY(std::get<ProfileCommand>(std::get<Arguments>(listed).command).what == What::List);
  const auto shown = parse({"show"});
  QVERIFY(std::get<ProfileCommand>(std::get<Arguments>(shown).command).what == What::Show);
  QVERIFY(std::holds_alternative<Usage>(parse({})));
  QVERIFY(std::holds_alternative<Usage>(parse({"use"})));
}

// As a variable is that a script has not set: what was meant for one host must not slow everything down.
SLUICE_TEST(anEmptyNameIsNotEverybody) {
  for (const char* option : {"--host", "--listener", "--connection"}) {
    for (const auto& parsed : {parse({"limit", option, "", "--down", "5k"}), parse({"profile", "use", "x", option, ""})}) {
      const auto* usage = std::get_if<Usage>(&parsed);
      QVERIFY2(usage != nullptr && usage->exitStatus == 2, option);
      QVERIFY2(usage->text.substr(0, usage->text.find('\n')).find(option) != std::string::npos, usage->text.c_str());
    }
  }
}
