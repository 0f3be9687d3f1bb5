#include "app/engine/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <thread>

#include "core/base/limits.h"
#include "core/base/version.h"
#include "core/store/body_files.h"
#include "platform/command_line.h"
#include "platform/data_dir.h"
#include "platform/program_path.h"

namespace sluice::app {
namespace {

constexpr int kWrongUsage = 2;

// The link that clients seem to have, as it was asked for.
struct Link {
  std::string profile;
  std::string down;
  std::string up;
  std::optional<double> latencyMs;
  std::string slowClient;
  std::string delivery;
};

struct Tls {
  std::string intercept = "on";
  bool insecure = false;
  std::vector<std::string> passThrough;
  std::vector<std::string> insecureHosts;
  std::vector<std::string> upstreamCas;
  std::string keyLogFile;
};

void addTlsOptions(CLI::App& cli, Tls& tls) {
  const auto repeatable = [&cli](const char* name, std::vector<std::string>& values, const char* what, const char* type) {
    cli.add_option(name, values, what)->type_name(type)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  cli.add_option("--intercept", tls.intercept,
                 "Decrypt TLS behind CONNECT and SOCKS: clients must trust the CA that `sluicectl ca path` tells")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  repeatable("--pass-through", tls.passThrough, "Never decrypt this host: example.com, *.example.com, host:8443; may be repeated", "HOST");
  repeatable("--upstream-ca", tls.upstreamCas, "Trust the servers of these certificates too (PEM); may be repeated", "FILE");
  cli.add_flag("--insecure-upstream", tls.insecure, "Accept any certificate from any server");
  repeatable("--insecure-host", tls.insecureHosts, "Accept any certificate from this host; may be repeated", "HOST");
  cli.add_option("--tls-keylog", tls.keyLogFile, "Append the secrets of TLS connections to this file, for Wireshark")->type_name("FILE");
}

void takeTls(Tls&& tls, engine::EngineSettings& engine) {
  engine.interception = {tls.intercept == "on", !tls.insecure, std::move(tls.passThrough), std::move(tls.insecureHosts)};
  for (const auto& each : tls.upstreamCas) engine.upstreamCas.push_back(platform::pathOf(each));
  engine.keyLogFile = platform::pathOf(tls.keyLogFile);
}

void addLinkOptions(CLI::App& cli, Link& link) {
  cli.add_option("--profile", link.profile, "Slow everything down as this network does: 'Chrome Slow 4G', 'Apple LTE', ...")
      ->type_name("NAME");
  cli.add_option("--down", link.down, "Towards clients at most so many bytes a second: 64k, 1.5M, 200kbit, 10mbit, unlimited")
      ->type_name("RATE");
  cli.add_option("--up", link.up, "From clients at most so many bytes a second")->type_name("RATE");
  cli.add_option("--latency", link.latencyMs, "Round trip to add, half of it each way, in milliseconds")->type_name("MS");
  cli.add_option("--slow-client", link.slowClient,
                 "A server that is faster than its client: held back (backpressure), or read at full speed into a spill file "
                 "(buffered); default: as the profile says, else backpressure")
      ->check(CLI::IsMember({"backpressure", "buffered"}));
  cli.add_option("--delivery", link.delivery,
                 "Send bytes on as they come (streaming), or in full blocks only (buffered); default: as the profile says, "
                 "else streaming")
      ->check(CLI::IsMember({"streaming", "buffered"}));
}

// How much of the history is kept; nothing is given up unless one of these asks for it.
struct Keep {
  std::uint64_t bytes = 0;
  std::uint64_t exchanges = 0;
  std::uint32_t days = 0;
};

void addKeepOptions(CLI::App& cli, Keep& keep) {
  cli.add_option("--keep-size", keep.bytes, "Give up the oldest exchanges when the history takes more than this: 500MB, 20GB")
      ->transform(CLI::AsSizeValue(true))
      ->type_name("BYTES");
  cli.add_option("--keep-count", keep.exchanges, "Give up the oldest when there are more exchanges than this")->type_name("N");
  cli.add_option("--keep-days", keep.days, "Give up exchanges that are older than this")->type_name("DAYS");
}

// What was said beside a profile, or instead of one.
Result<throttle::Adjustment> adjustmentOf(const Link& link) {
  throttle::Adjustment adjustment;
  for (const auto& [text, rate] : {std::pair(&link.down, &adjustment.down), std::pair(&link.up, &adjustment.up)}) {
    if (text->empty()) continue;
    auto parsed = throttle::parseRate(*text);
    if (!parsed) return fail(parsed.error());
    *rate = *parsed;
  }
  if (link.latencyMs) {
    if (!(*link.latencyMs >= 0 && *link.latencyMs <= limits::kProfileDelayMsMax)) {
      return fail(Side::Local, Code::BadArgument,
                  "--latency takes 0 to " + std::to_string(limits::kProfileDelayMsMax) + " milliseconds");
    }
    adjustment.roundTrip = Micros(std::llround(*link.latencyMs * 1000));
  }
  if (link.slowClient == "buffered") adjustment.mode = throttle::Mode::Buffered;
  if (link.slowClient == "backpressure") adjustment.mode = throttle::Mode::Backpressure;
  if (link.delivery == "buffered") adjustment.delivery = throttle::Delivery::Buffered;
  if (link.delivery == "streaming") adjustment.delivery = throttle::Delivery::Streaming;
  return adjustment;
}

// A whole page of help would hide what is wrong.
Parsed wrongUsage(const std::string& message) {
  std::cerr << "sluiced: " << message << "\nUsage: sluiced [OPTIONS]\n\"sluiced --help\" tells more.\n";
  return {std::nullopt, kWrongUsage};
}

Result<engine::UpstreamRoute> routeOf(const std::string& proxy, const std::string& direct) {
  engine::UpstreamRoute route;
  auto hosts = engine::DirectHosts::parse(direct);
  if (!hosts) return fail(std::move(hosts.error()));
  route.direct = std::move(*hosts);
  if (proxy.empty()) return route;
  auto parsed = engine::parseUpstreamProxy(proxy);
  if (!parsed) return fail(std::move(parsed.error()));
  route.proxy = std::move(*parsed);
  return route;
}

// About processes; the last three are for supervisors and tests, and not in the help.
struct Processes {
  std::size_t workers = 1;
  std::string role = "supervisor";
  std::string recordRate = "unlimited";
  unsigned patienceSeconds = engine::EngineSettings().workerPatienceSeconds;
};

void addProcessOptions(CLI::App& cli, Processes& processes) {
  constexpr std::size_t kUsualMax = 4;  // beyond it the recorder is what limits
  processes.workers = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kUsualMax);
  cli.add_option("--workers", processes.workers, "Processes that serve connections; default: one a core, at most 4")
      ->check(CLI::Range(std::size_t{1}, limits::kWorkersMax));
  cli.add_option("--role", processes.role)->check(CLI::IsMember({"supervisor", "worker"}))->group("");
  cli.add_option("--record-rate", processes.recordRate)->group("");
  cli.add_option("--worker-patience", processes.patienceSeconds)->check(CLI::Range(1U, 3600U))->group("");
}

// Workers are this program once more, with what makes the same settings.
Result<void> useProcesses(Options& options, const Processes& processes, int argc, char** argv) {
  auto& engine = options.engine;
  const auto rate = throttle::parseRate(processes.recordRate);
  if (!rate) return fail(rate.error());
  engine.recordBytesPerSecond = rate->bytesPerSecond;
  engine.workers = processes.workers;
  engine.workerPatienceSeconds = processes.patienceSeconds;
  engine.worker.spillDirectory = engine.dataDir;
  engine.worker.bodyDirectory = store::bodyFolder(engine.dataDir);
  if (processes.role == "worker") options.role = Role::Worker;
  auto program = platform::programBeside("sluiced");
  if (!program) return fail(std::move(program.error()));
  engine.workerProgram = std::move(*program);
  engine.workerArguments.assign(argv + 1, argv + argc);
  engine.workerArguments.insert(engine.workerArguments.end(), {"--role", "worker"});
  return {};
}

struct Capture {
  std::string what = "on";
  std::uint64_t bodyBytes = limits::kCapturedBodyBytesMax;
};

void addCaptureOptions(CLI::App& cli, Capture& capture) {
  cli.add_option("--capture", capture.what, "Record what passes; heads: all but the bodies")
      ->check(CLI::IsMember({"on", "heads", "off"}))
      ->capture_default_str();
  cli.add_option("--capture-size", capture.bodyBytes, "Record this much of each body at most: 500KB, 200MB; the rest passes unrecorded")
      ->transform(CLI::AsSizeValue(true))
      ->type_name("BYTES")
      ->default_str("64MiB");
}

void takeCapture(const Capture& capture, engine::WorkerSettings& worker) {
  worker.capture = capture.what != "off";
  worker.capturedBodyBytesMax = capture.what == "heads" ? 0 : capture.bodyBytes;
}

void addLogOptions(CLI::App& cli, Options& options) {
  cli.add_option("--log-level", options.logLevel, "How much to log")
      ->check(CLI::IsMember({"error", "warn", "info", "debug"}))
      ->capture_default_str();
  const auto take = [&options](const std::string& file) { options.logFile = platform::pathOf(file); };
  cli.add_option_function<std::string>("--log-file", take, "Log to this file instead of standard error");
}

}  // namespace

Parsed parseOptions(int argc, char** argv) {
  Options options;
  std::string dataDir;
  std::vector<std::string> listeners;
  Capture capture;
  std::string upstreamProxy;
  std::string noProxy(engine::DirectHosts::kDefault);
  Link link;
  Processes processes;

  CLI::App cli{"Sluice's engine: a debugging proxy without a window", "sluiced"};
  cli.allow_windows_style_options(false);
  cli.set_version_flag("--version", "sluiced " + std::string(version()));
  cli.add_option("--data-dir", dataDir, "Directory that holds everything (default: the user's data directory)");
  cli.add_option("--listen", listeners,
                 "Where to listen: regular@ADDRESS:PORT, reverse:http://HOST:PORT@ADDRESS:PORT, socks5@ADDRESS:PORT or "
                 "socks5:USER:PASSWORD@ADDRESS:PORT; port 0 takes any free one; followed by ,profile=NAME it is slowed down; "
                 "may be repeated")
      ->default_str("regular@127.0.0.1:8080")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  addCaptureOptions(cli, capture);
  cli.add_option("--upstream-proxy", upstreamProxy,
                 "Go through another proxy: http://HOST:PORT or socks5://HOST:PORT, perhaps with USER:PASSWORD@ before HOST");
  cli.add_option("--no-proxy", noProxy, "Hosts to reach without it: names (with all below), addresses, networks; by commas")
      ->capture_default_str();
  addLinkOptions(cli, link);
  Tls tls;
  addTlsOptions(cli, tls);
  Keep keep;
  addKeepOptions(cli, keep);
  addLogOptions(cli, options);
  addProcessOptions(cli, processes);

  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return {std::nullopt, cli.exit(success)};
  } catch (const CLI::ParseError& error) {
    return wrongUsage(error.what());
  }

  options.engine.retention = {keep.bytes, keep.exchanges, std::chrono::hours(24) * keep.days};
  if (listeners.empty()) listeners.emplace_back("regular@127.0.0.1:8080");
  for (const auto& text : listeners) {
    auto spec = engine::parseListenerSpec(text);
    if (!spec) return wrongUsage(spec.error().detail);
    options.engine.listeners.push_back(std::move(*spec));
  }
  takeCapture(capture, options.engine.worker);
  auto route = routeOf(upstreamProxy, noProxy);
  if (!route) return wrongUsage(route.error().detail);
  options.engine.worker.route = std::move(*route);
  takeTls(std::move(tls), options.engine);
  auto adjustment = adjustmentOf(link);
  if (!adjustment) return wrongUsage(adjustment.error().detail);
  options.engine.profileName = std::move(link.profile);
  options.engine.adjusted = *adjustment;
  options.engine.dataDir = platform::pathOf(dataDir);
  if (dataDir.empty()) {
    auto fallback = platform::defaultDataDir();
    if (!fallback) return wrongUsage(describe(fallback.error()) + "; use --data-dir");
    options.engine.dataDir = std::move(*fallback);
  }
  if (auto used = useProcesses(options, processes, argc, argv); !used) return wrongUsage(describe(used.error()));
  return {std::move(options), 0};
}

}  // namespace sluice::app
