#include "app/cli/arguments.h"

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
    QVERIFY(text.rfind("sluicectl: ", 0) == 0);
    QVERIFY(text.find("Usage: sluicectl") != std::string::npos);
  }
}

SLUICE_TEST(anUnknownCommandIsNamed) {
  const auto parsed = parse({"frobnicate"});
  QVERIFY(std::get<Usage>(parsed).text.rfind("sluicectl: there is no command or option \"frobnicate\"\n", 0) == 0);
}

SLUICE_TEST(helpAndVersionAreStatusZero) {
  QCOMPARE(exitStatus({"--help"}), 0);
  QCOMPARE(exitStatus({"list", "--help"}), 0);
  const auto parsed = parse({"--version"});
  QVERIFY(std::get<Usage>(parsed).text.rfind("sluicectl ", 0) == 0);
  QCOMPARE(std::get<Usage>(parsed).exitStatus, 0);
}
