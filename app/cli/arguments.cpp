#include "app/cli/arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <sstream>

#include "app/cli/filter_help.h"
#include "core/base/limits.h"
#include "core/base/version.h"
#include "core/filter/parser.h"
#include "platform/command_line.h"

namespace sluice::cli {
namespace {

using platform::pathOf;

// What the options are read into before anybody knows which command they belong to.
struct Raw {
  std::string dataDir;
  bool json = false;
  std::size_t limit = ListCommand().limit;
  std::uint64_t exchange = 0;
  bool request = false;
  std::string filter;
  std::string file;
  std::string session;
  std::string raw;
  bool decoded = false;
  bool curl = false;
  std::string down;
  std::string up;
  std::optional<double> latencyMs;
  bool off = false;
  std::string profile;
  std::string from;
  std::string host;
  std::string listener;
  std::uint64_t connection = 0;
  ProfileCommand::What what = ProfileCommand::What::List;
  PassThroughCommand::What pass = PassThroughCommand::What::List;
  TrustCommand trust = {};
  std::string turn;
  std::string mark = "red";
  std::string comment;
};

// A number of things or of an exchange, as SQLite counts them. CLI11 itself lets "-3" and "1e99" wrap around.
std::string checkNumber(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return {};
  return "\"" + text + "\" is no whole number from 1 up";
}

// What is wrong with a filter, with its column as a person counts.
std::string checkFilter(const std::string& text) {
  const auto node = filter::parse(text);
  if (node) return {};
  const auto begin = text.begin(), end = begin + static_cast<std::ptrdiff_t>(node.error().at);
  const auto characters = std::count_if(begin, end, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return "column " + std::to_string(characters + 1) + ": " + node.error().message;
}

filter::Node filterOf(const Raw& raw) { return filter::parse(raw.filter).value_or(filter::Node{}); }

std::string checkName(const std::string& text) { return text.empty() ? "a file or directory has a name" : ""; }

CLI::App* addCommand(CLI::App& app, const char* name, const char* description) {
  return app.add_subcommand(name, description)->fallthrough();  // so that --json may come after the command too
}

void addFilter(CLI::App* command, Raw& raw) {
  command->add_option("--filter", raw.filter, "only these, as in the window: \"host~api status>=400\", \"~d api ~c 404\"")
      ->type_name("F")
      ->check(checkFilter);
  command->footer(filterHelp() + "\n" + command->get_footer());
}

void addSession(CLI::App* command, Raw& raw) {
  command->add_option("--session", raw.session, "of this file, which \"session save\" wrote, instead of the history")
      ->type_name("FILE")
      ->check(checkName);
}

CLI::App* addExchangeCommand(CLI::App& app, const char* name, const char* description, Raw& raw) {
  auto* command = addCommand(app, name, description);
  command->add_option("ID", raw.exchange, "number of the exchange, as list shows it")->required()->check(checkNumber);
  addSession(command, raw);
  return command;
}

// "export har FILE": a file of which kind comes second, so that other kinds can follow.
CLI::App* addHarCommand(CLI::App& app, const char* name, const char* description, const char* file, Raw& raw) {
  auto* command = addCommand(app, name, description)->require_subcommand(1);
  auto* har = addCommand(*command, "har", "HAR 1.2, as browsers and other tools read and write it");
  har->add_option("FILE", raw.file, file)->required()->check(checkName);
  return har;
}

void describeHar(CLI::App& app, Raw& raw) {
  auto* har = addHarCommand(app, "export", "recorded exchanges to a file", "where to; - is standard output", raw);
  addFilter(har, raw);
  addSession(har, raw);
  addHarCommand(app, "import", "exchanges of a file into the history", "where from; - is standard input", raw);
}

std::string checkLatency(const std::string& text) {
  double ms = 0;
  const bool isNumber = CLI::detail::lexical_cast(text, ms) && std::isfinite(ms);
  if (isNumber && ms >= 0 && ms <= limits::kProfileDelayMsMax) return {};
  return "\"" + text + "\" is no number of milliseconds from 0 to " + std::to_string(limits::kProfileDelayMsMax);
}

// As CLI::IsMember, in words.
auto isOneOf(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
    return "\"" + text + "\" is none of " + all;
  };
}

std::string checkRate(const std::string& text) {
  const auto rate = throttle::parseRate(text);
  return rate ? std::string() : rate.error().detail;
}

// Empty, it would be everything.
std::string checkWhom(const std::string& text) { return text.empty() ? "is empty; to mean everything, leave it away" : ""; }

// Instead of everything.
void addWhom(CLI::App* command, Raw& raw) {
  auto* group = command->add_option_group("Whom", "instead of everything");
  group->add_option("--host", raw.host,
                    "what goes to these hosts: example.com, *.example.com, host:8443; the first that matches wins; kept over restarts")
      ->type_name("PATTERN")
      ->check(checkWhom);
  group->add_option("--listener", raw.listener, "what comes in there: its address or port")->type_name("ADDRESS")->check(checkWhom);
  group->add_option("--connection", raw.connection, "one connection, as connections shows it")->type_name("ID")->check(checkNumber);
  group->require_option(0, 1);
}

Whom whomOf(const Raw& raw) {
  using control::ProfileScope;
  if (!raw.host.empty()) return {ProfileScope::Host, raw.host};
  if (!raw.listener.empty()) return {ProfileScope::Listener, raw.listener};
  if (raw.connection != 0) return {ProfileScope::Connection, std::to_string(raw.connection)};
  return {};
}

void describeThrottling(CLI::App& app, Raw& raw) {
  auto* limit = addCommand(app, "limit", "slow everything down, from now on; without options: what is in force");
  limit->add_option("--down", raw.down, "towards clients, bytes a second: 64k, 1.5M, 200kbit, 10mbit, unlimited")
      ->type_name("RATE")
      ->check(checkRate);
  limit->add_option("--up", raw.up, "away from clients")->type_name("RATE")->check(checkRate);
  limit->add_option("--latency", raw.latencyMs, "round trip to add, in milliseconds")
      ->type_name("MS")
      ->check(checkLatency);
  limit->add_flag("--off", raw.off, "take every limit away; of a host, a listener or a connection: it is as everything again");
  addWhom(limit, raw);

  auto* profile = addCommand(app, "profile", "network profiles")->require_subcommand(1);
  const auto add = [&](const char* name, const char* description, ProfileCommand::What what) {
    return addCommand(*profile, name, description)->parse_complete_callback([&raw, what] { raw.what = what; });
  };
  add("list", "all there are", ProfileCommand::What::List);
  add("show", "the numbers of one; without a name: of the one in force", ProfileCommand::What::Show)
      ->add_option("NAME", raw.profile, "such as \"Chrome Slow 4G\"");
  auto* use = add("use", "from now on", ProfileCommand::What::Use);
  use->add_option("NAME", raw.profile, "such as \"Chrome Slow 4G\"")->required();
  addWhom(use, raw);
  auto* save = add("save", "keep what is in force under this name; an own profile of that name is replaced", ProfileCommand::What::Save);
  save->add_option("NAME", raw.profile, "as it shall be called")->required();
  auto* from = save->add_option("--from", raw.from, "a copy of this profile instead")->type_name("NAME");
  save->add_option("--file", raw.file, "what \"profile show --json\" has written; - is standard input")
      ->type_name("FILE")
      ->check(checkName)
      ->excludes(from);
  auto* rename = add("rename", "an own profile", ProfileCommand::What::Rename);
  rename->add_option("OLD", raw.from, "its name so far")->required();
  rename->add_option("NEW", raw.profile, "its name from now on")->required();
  add("delete", "an own profile", ProfileCommand::What::Delete)->add_option("NAME", raw.profile, "its name")->required();
}

void describePassThrough(CLI::App& app, Raw& raw) {
  auto* pass = addCommand(app, "pass-through", "hosts whose TLS is never decrypted, from their next connection on")->require_subcommand(1);
  const auto add = [&](const char* name, const char* description, PassThroughCommand::What what) {
    return addCommand(*pass, name, description)->parse_complete_callback([&raw, what] { raw.pass = what; });
  };
  constexpr const char* kHost = "example.com, *.example.com or host:8443";
  add("list", "all of them", PassThroughCommand::What::List);
  auto* one = add("add", "never decrypt this one, after a restart neither", PassThroughCommand::What::Add);
  one->add_option("HOST", raw.host, kHost)->required();
  add("remove", "decrypt it again", PassThroughCommand::What::Remove)->add_option("HOST", raw.host, kHost)->required();
}

void describeSwitches(CLI::App& app, Raw& raw) {
  const auto add = [&](const char* name, const char* description) {
    addCommand(app, name, description)->add_option("on|off", raw.turn, "from now on")->required()->check(isOneOf({"on", "off"}));
  };
  add("capture", "record exchanges, or leave alone those that begin while it is off");
  add("intercept", "decrypt https, or let it pass through, from the next connection on");
}

void describeAnnotations(CLI::App& app, Raw& raw) {
  const auto add = [&](const char* name, const char* description) {
    auto* command = addCommand(app, name, description);
    command->add_option("ID", raw.exchange, "number of the exchange, as list shows it")->required()->check(checkNumber);
    return command;
  };
  add("mark", "an exchange with a colour, to find it by: --filter ~marked, mark=red")
      ->add_option("COLOUR", raw.mark, "none takes the mark away")
      ->capture_default_str()
      ->check(isOneOf({kMarkNames.begin(), kMarkNames.end()}));
  add("comment", "on an exchange, to find it by: --filter comment~word")
      ->add_option("TEXT", raw.comment, "takes the place of the one it has; \"\" takes it away")
      ->required()
      ->check([](const std::string& text) { return text.size() > kCommentBytesMax ? "is longer than 4096 bytes" : ""; });
}

void describeCa(CLI::App& app, Raw& raw) {
  auto* ca = addCommand(app, "ca", "the CA that clients must trust to be decrypted");
  ca->require_subcommand(1);
  ca->add_subcommand("path", "where its certificate lies")->fallthrough();
  ca->add_subcommand("regenerate", "throw it away: the engine makes another when it starts; it may not be running")->fallthrough();
  addCommand(*ca, "export", "its certificate to a file: .crt, .cer and .der are DER, everything else is PEM")
      ->add_option("FILE", raw.file, "where to; - is standard output")
      ->required()
      ->check(checkName);
  addCommand(*ca, "status", "where programs of this machine look up whom to trust, and whether it is there");
  const auto add = [&](const char* name, const char* description, TrustCommand::What what) {
    addCommand(*ca, name, description)
        ->parse_complete_callback([&raw, what] { raw.trust.what = what; })
        ->add_option("PLACE", raw.trust.place, "as status lists it; without: every one that needs no administrator");
  };
  add("install", "have it trusted there", TrustCommand::What::Install);
  add("remove", "have it trusted there no more", TrustCommand::What::Remove);
}

LimitCommand limitOf(const Raw& raw) {
  LimitCommand command;
  if (!raw.down.empty()) command.adjustment.down = throttle::parseRate(raw.down).value();
  if (!raw.up.empty()) command.adjustment.up = throttle::parseRate(raw.up).value();
  if (raw.latencyMs) command.adjustment.roundTrip = Micros(std::llround(*raw.latencyMs * 1000));
  command.off = raw.off;
  command.whom = whomOf(raw);
  return command;
}

void describe(CLI::App& app, Raw& raw) {
  app.name("sluicectl");
  app.set_version_flag("--version", "sluicectl " + std::string(version()));
  app.add_option("--data-dir", raw.dataDir, "directory of the engine and its history")->type_name("DIR")->check(checkName);
  app.add_flag("--json", raw.json, "print JSON; body, show --curl and show --raw give the same bytes as without it");
  app.require_subcommand(1);
  app.footer("Exit status: 0 done, 1 the engine or the history said no, 2 wrong usage, 3 no engine running");

  addCommand(app, "status", "what the engine is doing");
  addCommand(app, "connections", "every open connection");
  auto* list = addCommand(app, "list", "recorded exchanges, the newest last");
  list->add_option("--limit", raw.limit, "how many")->type_name("N")->capture_default_str()->check(checkNumber);
  addFilter(list, raw);
  addSession(list, raw);
  auto* show = addExchangeCommand(app, "show", "one exchange: heads, sizes, times", raw);
  auto* curl = show->add_flag("--curl", raw.curl, "as a command of curl that sends the request again");
  show->add_option("--raw", raw.raw, "its head as received, and its body without transfer framing")
      ->type_name("request|response")
      ->check(isOneOf({"request", "response"}))
      ->excludes(curl);
  auto* body = addExchangeCommand(app, "body", "a recorded body, byte for byte, to standard output", raw);
  body->add_flag("--request", raw.request, "the request's body instead of the response's");
  body->add_flag("--decoded", raw.decoded, "without its content coding (gzip, deflate, br, zstd)");
  addFilter(addCommand(app, "watch", "exchanges as they happen, until interrupted"), raw);
  describeHar(app, raw);
  auto* session = addCommand(app, "session", "a part of the history as a file to keep and to pass on")->require_subcommand(1);
  auto* save = addCommand(*session, "save", "heads, bodies, messages and times; list, show, body and export read it with --session");
  save->add_option("FILE", raw.file, "where to; what is there is replaced")->required()->check(checkName);
  addFilter(save, raw);
  addCommand(app, "clear", "forget the whole history, at once");
  describeThrottling(app, raw);
  describeCa(app, raw);
  describePassThrough(app, raw);
  describeSwitches(app, raw);
  describeAnnotations(app, raw);
  addCommand(app, "selftest", "measure a profile through the engine, for some seconds; without a name: the one in force")
      ->add_option("PROFILE", raw.profile, "such as \"Chrome Slow 4G\"");
  addCommand(app, "stop", "stop the engine: drain, commit, exit");
}

// The last of the commands that were understood, such as "path" in "ca path".
const CLI::App& chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : chosen(*commands.back());
}

std::string fullName(const CLI::App& command) {
  return command.get_parent() == nullptr ? command.get_name() : fullName(*command.get_parent()) + " " + command.get_name();
}

std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = chosen(app);
  const bool wantsCommand = command.get_require_subcommand_min() > 0;
  const auto unknown = app.remaining(true);  // a command gives what it does not know to the one above it
  if (wantsCommand && !unknown.empty()) {
    return (&command == &app ? "" : fullName(command) + ": ") + "there is no command or option \"" + unknown.front() + "\"";
  }
  if (wantsCommand && error.get_name() == "RequiredError") return fullName(command) + ": say what to do: a command is missing";
  const std::string what = error.what();
  // As CLI11 puts it: "Requires at most 1 options be given from [--host,--listener,--connection]".
  if (what.starts_with("Requires at most 1")) return "only one of " + what.substr(what.find('['));
  return what;
}

// The mistake, how the command is called, and where more of it stands: a whole page would hide the first line.
std::string usageText(const CLI::App& app, const CLI::ParseError& error) {
  const std::string what = complaint(app, error);
  const CLI::App& command = chosen(app);
  std::string text = (what.starts_with("sluicectl") ? "" : "sluicectl: ") + what + "\n";
  if (what.starts_with("--filter: ")) {
    return text + "Filters are such as host~api status>=400; \"" + fullName(command) + " --help\" has all of them.\n";
  }
  const std::string help = app.help();
  const auto usage = help.find("Usage: ");
  const bool whole = command.get_require_subcommand_min() > 0 || usage == std::string::npos;
  if (whole) return text + "\n" + help;
  return text + help.substr(usage, help.find('\n', usage) + 1 - usage) + "\"" + fullName(command) + " --help\" tells more.\n";
}

std::optional<capture::Direction> rawDirection(const Raw& raw) {
  if (raw.raw.empty()) return std::nullopt;
  return raw.raw == "request" ? capture::Direction::Request : capture::Direction::Response;
}

Command commandOf(const std::string& name, const Raw& raw) {
  const ExchangeId exchange{raw.exchange};
  if (name == "status") return StatusCommand();
  if (name == "connections") return ConnectionsCommand();
  if (name == "list") return ListCommand{raw.limit, filterOf(raw), pathOf(raw.session)};
  if (name == "show") return ShowCommand{exchange, raw.curl, rawDirection(raw), pathOf(raw.session)};
  const auto direction = raw.request ? capture::Direction::Request : capture::Direction::Response;
  if (name == "body") return BodyCommand{exchange, direction, raw.decoded, pathOf(raw.session)};
  if (name == "export") return ExportCommand{pathOf(raw.file), filterOf(raw), pathOf(raw.session)};
  if (name == "session") return SaveSessionCommand{pathOf(raw.file), filterOf(raw)};
  if (name == "import") return ImportCommand{pathOf(raw.file)};
  if (name == "clear") return ClearCommand();
  if (name == "limit") return limitOf(raw);
  if (name == "profile") return ProfileCommand{raw.what, raw.profile, raw.from, pathOf(raw.file), whomOf(raw)};
  if (name == "selftest") return SelfTestCommand{raw.profile};
  if (name == "watch") return WatchCommand{filterOf(raw)};
  if (name == "ca path") return CaPathCommand();
  if (name == "ca export") return ExportCaCommand{pathOf(raw.file)};
  if (name == "pass-through") return PassThroughCommand{raw.pass, raw.host};
  if (name == "capture") return SwitchCommand{control::SwitchKind::Recording, raw.turn == "on"};
  if (name == "intercept") return SwitchCommand{control::SwitchKind::Interception, raw.turn == "on"};
  if (name == "mark") return AnnotateCommand{exchange, {markNamed(raw.mark), std::nullopt}};
  if (name == "comment") return AnnotateCommand{exchange, {std::nullopt, raw.comment}};
  if (name == "ca regenerate") return RegenerateCaCommand();
  if (name.starts_with("ca ")) return raw.trust;
  return StopCommand();
}

}  // namespace

std::variant<Arguments, Usage> parseArguments(int argc, const char* const* argv) {
  CLI::App app("The Sluice engine and its history from a terminal.");
  app.allow_windows_style_options(false);  // "/tmp/a.har" is a path on every system
  Raw raw;
  describe(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    if (app.exit(error, text, text) == 0) return Usage{0, text.str()};
    return Usage{2, usageText(app, error)};
  }
  const auto* chosen = app.get_subcommands().front();
  auto name = chosen->get_name();
  if (name == "ca") name += " " + chosen->get_subcommands().front()->get_name();
  return Arguments{pathOf(raw.dataDir), raw.json ? Format::Json : Format::Human, commandOf(name, raw)};
}

}  // namespace sluice::cli
