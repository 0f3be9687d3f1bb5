// What an engine is told when it starts. Any thread.
#pragma once

#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/engine/upstream_proxy.h"
#include "core/pipe/settings.h"
#include "core/session/entry.h"
#include "core/session/interception.h"
#include "core/store/retention.h"
#include "core/throttle/adjustment.h"
#include "core/throttle/profile.h"

namespace sluice::engine {

// "regular@127.0.0.1:8080", "reverse:http://host:80@127.0.0.1:9000", "socks5@127.0.0.1:1080",
// "socks5:user:password@127.0.0.1:1080"; each may be followed by ",profile=NAME".
struct ListenerSpec {
  std::string text;  // as given, without a password
  std::string kind;  // what people read: "regular", "reverse:http://host:80", "socks5"
  asio::ip::tcp::endpoint address;
  session::Entry entry;
  std::string profile;  // network profile of its own; empty: none
};

// Errors: BadArgument, saying what is wrong with which part; a password is never repeated.
Result<ListenerSpec> parseListenerSpec(std::string_view text);

// How long a side may be silent. Each has its reason beside it. A server may think, and streams and tunnels may rest, as long as they
// like: who is gone is found by the keep-alive of TCP.
struct Timeouts {
  Micros connect = std::chrono::seconds(30);       // a SYN is repeated at 1, 3, 7 and 15 s
  Micros clientIdle = std::chrono::seconds(300);   // between two requests: browsers keep connections that long
  Micros requestHead = std::chrono::seconds(60);   // from its first byte to its last
  Micros sniff = std::chrono::seconds(1);          // for the rest of what began like a request line and stopped
  Micros body = std::chrono::seconds(600);         // for a side to take something of what is there for it
  Micros upstreamIdle = std::chrono::seconds(50);  // below the 60 s after which common servers close
  Micros linger = std::chrono::seconds(2);         // for a client to take the last answer before its connection closes
  Micros lingerInAll = std::chrono::seconds(30);   // however busily it still sends what nobody wants
  Micros drain = std::chrono::seconds(5);          // for running exchanges when the engine stops
};

struct WorkerSettings {
  Timeouts timeouts;
  pipe::Settings pipe;        // but for what the profile decides
  throttle::Profile profile;  // acts on everything
  UpstreamRoute route;
  bool capture = true;
  // 0: heads alone, without messages of WebSockets.
  std::uint64_t capturedBodyBytesMax = limits::kCapturedBodyBytesMax;
  std::filesystem::path spillDirectory;
  std::filesystem::path bodyDirectory;  // of the recorder (core/store/body_files.h); empty: nothing is put there
};

struct EngineSettings {
  std::filesystem::path dataDir;
  std::vector<ListenerSpec> listeners;
  WorkerSettings worker;
  session::InterceptionPolicy interception;
  std::vector<std::filesystem::path> upstreamCas;  // certificates in PEM, trusted besides those of the system
  std::filesystem::path keyLogFile;                // empty: none
  store::Retention retention;
  std::string profileName;        // the user's own or a preset; empty: nothing is slowed down
  throttle::Adjustment adjusted;  // and what was said beside it
  // How workers are started: this program with these arguments makes the same settings again.
  std::size_t workers = 1;
  std::filesystem::path workerProgram;
  std::vector<std::string> workerArguments;
  // A worker that does not answer its supervisor for so long is replaced: far more than any turn of its loop takes.
  unsigned workerPatienceSeconds = 30;
  // Towards the recorder at most so many bytes a second; 0: as fast as it goes. For tests of what a slow one does.
  std::uint64_t recordBytesPerSecond = 0;
  // A sentence for the log; called on the thread of main().
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

}  // namespace sluice::engine
