#include "app/engine/options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "core/base/version.h"
#include "platform/data_dir.h"

namespace sluice::app {
namespace {

constexpr int kWrongUsage = 2;

Parsed wrongUsage(const CLI::App& cli, const std::string& message) {
  std::cerr << "sluiced: " << message << "\n\n" << cli.help();
  return {std::nullopt, kWrongUsage};
}

}  // namespace

Parsed parseOptions(int argc, char** argv) {
  Options options;
  std::string dataDir;
  std::vector<std::string> listeners;
  std::string capture = "on";
  std::string slowClient = "backpressure";
  std::string delivery = "streaming";

  CLI::App cli{"Sluice's engine: a debugging proxy without a window", "sluiced"};
  cli.set_version_flag("--version", "sluiced " + std::string(version()));
  cli.add_option("--data-dir", dataDir, "Directory that holds everything (default: the user's data directory)");
  cli.add_option("--listen", listeners, "Where to listen: regular@ADDRESS:PORT; port 0 takes any free one; may be repeated")
      ->default_str("regular@127.0.0.1:8080")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  cli.add_option("--capture", capture, "Record what passes")->check(CLI::IsMember({"on", "off"}))->capture_default_str();
  cli.add_option("--slow-client", slowClient,
                 "A server that is faster than its client: held back (backpressure), or read at full speed into a spill file "
                 "(buffered)")
      ->check(CLI::IsMember({"backpressure", "buffered"}))
      ->capture_default_str();
  cli.add_option("--delivery", delivery, "Send bytes on as they come (streaming), or in full blocks only (buffered)")
      ->check(CLI::IsMember({"streaming", "buffered"}))
      ->capture_default_str();
  cli.add_option("--log-level", options.logLevel, "How much to log")
      ->check(CLI::IsMember({"error", "warn", "info", "debug"}))
      ->capture_default_str();
  cli.add_option("--log-file", options.logFile, "Log to this file instead of standard error");

  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return {std::nullopt, cli.exit(success)};
  } catch (const CLI::ParseError& error) {
    return wrongUsage(cli, error.what());
  }

  if (listeners.empty()) listeners.emplace_back("regular@127.0.0.1:8080");
  for (const auto& text : listeners) {
    auto spec = engine::parseListenerSpec(text);
    if (!spec) return wrongUsage(cli, spec.error().detail);
    options.engine.listeners.push_back(std::move(*spec));
  }
  options.engine.worker.capture = capture == "on";
  auto& pipe = options.engine.worker.pipe;
  pipe.overflow = slowClient == "buffered" ? pipe::Overflow::Spill : pipe::Overflow::Backpressure;
  pipe.delivery = delivery == "buffered" ? pipe::Delivery::Buffered : pipe::Delivery::Streaming;
  options.engine.dataDir = dataDir;
  if (dataDir.empty()) {
    auto fallback = platform::defaultDataDir();
    if (!fallback) return wrongUsage(cli, describe(fallback.error()) + "; use --data-dir");
    options.engine.dataDir = std::move(*fallback);
  }
  return {std::move(options), 0};
}

}  // namespace sluice::app
