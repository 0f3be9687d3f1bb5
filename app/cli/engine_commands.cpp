#include "app/cli/engine_commands.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

#include "app/cli/engine_client.h"
#include "app/cli/human.h"
#include "app/cli/json.h"
#include "app/cli/text.h"
#include "app/cli/watcher.h"
#include "platform/data_dir_lock.h"

namespace sluice::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

// The engine drains for 5 s; after that it has the recorder's queue to commit.
constexpr auto kStopTimeout = std::chrono::seconds(30);
// Samples come once a second; without any for this long the engine hangs.
constexpr auto kSilenceMax = std::chrono::seconds(30);

WallTime wallNow() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

std::string connectionsAsJson(const control::ConnectionsReply& connections) {
  std::string text = "[";
  for (const auto& row : connections.rows) text += (text.size() == 1 ? "\n" : ",\n") + line(toJson(row));
  return text += connections.rows.empty() ? "]\n" : "\n]\n";
}

// Waits until the engine that had the directory has let go of it.
Result<void> waitUntilGone(const std::filesystem::path& dataDir, std::int64_t pid) {
  const auto deadline = SteadyClock::now() + kStopTimeout;
  for (;;) {
    const auto owner = platform::engineOwner(dataDir);
    if (!owner || owner->pid != pid || !platform::mayBeRunning(*owner)) return {};
    if (SteadyClock::now() >= deadline) {
      return fail(Side::Local, Code::IdleTimeout, "engine process " + std::to_string(pid) + " was told to stop and still runs");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

Result<void> status(Format format, const std::filesystem::path& dataDir, Output& output) {
  const auto reply = askEngine<control::StatusReply>(dataDir, control::GetStatus());
  if (!reply) return fail(reply.error());
  return output.writeText(format == Format::Json ? pretty(toJson(*reply)) + '\n' : describe(*reply));
}

Result<void> connections(Format format, const std::filesystem::path& dataDir, Output& output) {
  const auto reply = askEngine<control::ConnectionsReply>(dataDir, control::GetConnections());
  if (!reply) return fail(reply.error());
  return output.writeText(format == Format::Json ? connectionsAsJson(*reply) : describe(*reply, wallNow()));
}

Result<void> watch(const WatchCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  auto client = EngineClient::connect(dataDir);
  if (!client) return fail(client.error());
  auto watcher = Watcher::start(command, format, dataDir, output);
  if (!watcher) return fail(watcher.error());
  const auto subscribed = ask<control::Done>(*client, control::Subscribe());
  if (!subscribed) return fail(subscribed.error());
  for (;;) {
    const auto event = client->nextEvent(kSilenceMax);
    if (!event) return fail(event.error());
    if (!*event) return watcher->ended();
    if (auto handled = watcher->handle(**event); !handled) return handled;
  }
}

Result<void> passThrough(const PassThroughCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  if (command.what != PassThroughCommand::What::List) {
    const bool passes = command.what == PassThroughCommand::What::Add;
    const auto done = askEngine<control::Done>(dataDir, control::SetPassThrough{command.host, passes});
    return done ? Result<void>() : fail(done.error());
  }
  const auto reply = askEngine<control::PassThroughReply>(dataDir, control::GetPassThrough());
  if (!reply) return fail(reply.error());
  if (format == Format::Json) return output.writeText(pretty(nlohmann::ordered_json(reply->hosts)) + '\n');
  std::string lines;
  for (const auto& host : reply->hosts) lines += visibleLine(host) + '\n';
  return output.writeText(lines);
}

Result<void> turn(const SwitchCommand& command, const std::filesystem::path& dataDir) {
  const auto done = askEngine<control::Done>(dataDir, control::SetSwitch{command.what, command.on});
  return done ? Result<void>() : fail(done.error());
}

Result<void> annotate(const AnnotateCommand& command, const std::filesystem::path& dataDir) {
  const auto done = askEngine<control::Done>(dataDir, control::Annotate{{command.exchange}, command.annotation});
  if (done) return {};
  if (done.error().code != Code::NotFound) return fail(done.error());
  return fail(Side::Local, Code::NotFound, "exchange " + std::to_string(command.exchange.value));
}

Result<void> clear(const std::filesystem::path& dataDir) {
  const auto done = askEngine<control::Done>(dataDir, control::ClearHistory());
  return done ? Result<void>() : fail(done.error());
}

Result<void> stop(const std::filesystem::path& dataDir) {
  const auto owner = platform::engineOwner(dataDir);
  const auto done = askEngine<control::Done>(dataDir, control::Stop());
  if (!done) return fail(done.error());
  return owner ? waitUntilGone(dataDir, owner->pid) : Result<void>();
}

}  // namespace sluice::cli
