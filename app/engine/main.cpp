// sluiced: the engine as a program. Standard output carries one line a listener when it is ready, nothing else.
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

#include "app/engine/options.h"
#include "core/engine/supervisor.h"
#include "core/engine/worker_process.h"
#include "platform/command_line.h"
#include "platform/process.h"
#include "platform/system_proxy_hold.h"

namespace {

bool openLog(const sluice::app::Options& options) {
  try {
    auto logger = options.logFile.empty() ? spdlog::stderr_logger_mt("sluiced")
                                          : spdlog::basic_logger_mt("sluiced", options.logFile.native());
    spdlog::set_default_logger(std::move(logger));
  } catch (const spdlog::spdlog_ex& error) {
    std::fprintf(stderr, "sluiced: cannot open the log file '%s': %s\n", options.logFile.string().c_str(), error.what());
    return false;
  }
  spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  spdlog::set_level(spdlog::level::from_str(options.logLevel));
  spdlog::flush_on(spdlog::level::info);
  return true;
}

int serveAsWorker(sluice::engine::EngineSettings settings) {
  const auto dataDir = settings.dataDir;
  const auto log = [](const std::string& sentence) { spdlog::warn("worker: {}", sentence); };
  auto worker = sluice::engine::WorkerProcess::start(std::move(settings), log);
  if (!worker) {
    std::fprintf(stderr, "sluiced: not a worker: %s\n", sluice::describe(worker.error()).c_str());
    return 1;
  }
  const auto ended = (*worker)->run();
  if (ended.code == sluice::Code::None) return 0;
  log(sluice::describe(ended));
  // The supervisor is gone, and perhaps the window that had pointed the system's proxy settings here: nobody else is left to see it.
  if (sluice::platform::isSystemProxyAbandoned(dataDir)) static_cast<void>(sluice::platform::releaseSystemProxy(dataDir));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  sluice::platform::CommandLine line(argc, argv);
  auto parsed = sluice::app::parseOptions(line.count(), line.words());
  if (!parsed.options) return parsed.exitStatus;
  auto& options = *parsed.options;
  if (!openLog(options)) return 1;
  sluice::platform::prepareServerProcess();

  if (options.role == sluice::app::Role::Worker) return serveAsWorker(std::move(options.engine));

  options.engine.log = [](const std::string& sentence) { spdlog::warn("{}", sentence); };
  auto engine = sluice::engine::Supervisor::start(std::move(options.engine));
  if (!engine) {
    std::fprintf(stderr, "sluiced: %s\n", sluice::describe(engine.error()).c_str());
    return 1;
  }
  if (!(*engine)->notice().empty()) spdlog::warn("{}", (*engine)->notice());
  for (const auto& listener : (*engine)->listeners()) {
    std::printf("listening %s %s\n", listener.kind.c_str(), listener.address.c_str());
  }
  std::fflush(stdout);

  (*engine)->run();
  spdlog::info("stopped");
  return 0;
}
