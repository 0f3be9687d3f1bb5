#include "tests/bench/throttle/engine.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/throttle/profile_json.h"

namespace sluice::bench {
namespace {

[[noreturn]] void giveUp(const std::string& why) {
  std::fprintf(stderr, "bench_throttle: %s\n", why.c_str());
  std::exit(1);
}

std::string sluiced() { return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "sluiced").string(); }

}  // namespace

Engine::Engine(int workers) {
  process_ = std::make_unique<test::Process>(
      sluiced(), std::vector<std::string>{"--data-dir", home_.path().string(), "--listen", "regular@127.0.0.1:0", "--workers",
                                          std::to_string(workers), "--capture", "off", "--insecure-upstream"});
  const auto line = process_->lineThatBegins("listening regular ");
  if (!line) giveUp(sluiced() + " does not start: " + process_->errors());
  port_ = static_cast<std::uint16_t>(std::stoi(line->substr(line->rfind(':') + 1)));
  auto client = cli::EngineClient::connect(home_.path());
  if (!client) giveUp(describe(client.error()));
  client_ = std::make_unique<cli::EngineClient>(std::move(*client));
}

Engine::~Engine() {
  process_->terminate();
  process_->wait();
}

void Engine::use(const throttle::Profile& profile) {
  const control::UseProfile request{throttle::toJson(profile), control::ProfileScope::Everything, {}};
  const auto done = cli::ask<control::Done>(*client_, request);
  if (!done) giveUp(describe(done.error()));
}

std::vector<std::int64_t> Engine::processes() const {
  auto all = test::childrenOf(process_->id());
  all.push_back(process_->id());
  return all;
}

double Engine::cpuSeconds() const {
  double ticks = 0;
  for (const auto id : processes()) {
    std::ifstream stat("/proc/" + std::to_string(id) + "/stat");
    std::string text(std::istreambuf_iterator<char>(stat), {});
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string field;
    for (int i = 3; i <= 15 && fields >> field; ++i) {
      if (i == 14 || i == 15) ticks += std::stod(field);  // utime and stime, proc(5)
    }
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::optional<double> Engine::systemCallsPerSecond() const {
  constexpr int kSeconds = 3;
  if (!test::programExists("strace")) return std::nullopt;
  std::vector<std::string> arguments{"-s", "INT", std::to_string(kSeconds), "strace", "-c", "-f", "-q"};
  for (const auto id : processes()) arguments.insert(arguments.end(), {"-p", std::to_string(id)});
  const auto finished = test::run("timeout", arguments);
  // "100.00    0.123456           1     54321       123 total"
  std::istringstream lines(finished.errors);
  for (std::string line; std::getline(lines, line);) {
    if (!line.ends_with(" total")) continue;
    std::istringstream fields(line);
    std::string share, seconds, each, calls;
    fields >> share >> seconds >> each >> calls;
    return std::atof(calls.c_str()) / kSeconds;
  }
  return std::nullopt;
}

}  // namespace sluice::bench
