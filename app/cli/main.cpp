// sluicectl: the engine and its history from a terminal.
#include <cstdio>
#include <string>

#include "app/cli/arguments.h"
#include "app/cli/ca_commands.h"
#include "app/cli/engine_commands.h"
#include "app/cli/har_commands.h"
#include "app/cli/history_commands.h"
#include "app/cli/overloaded.h"
#include "app/cli/selftest_command.h"
#include "app/cli/text.h"
#include "app/cli/throttle_commands.h"
#include "platform/command_line.h"
#include "platform/data_dir.h"
#include "platform/standard_output.h"

namespace sluice::cli {
namespace {

class StandardOutput final : public Output {
 public:
  Result<void> write(Bytes bytes) override {
    auto written = platform::writeStandardOutput(bytes);
    if (!written) readerGone_ = written.error().code == Code::ConnectionReset;
    return written;
  }
  bool isTerminal() const override { return platform::standardOutputIsTerminal(); }

  // Whoever read has seen enough (`| head`): no failure of ours.
  bool readerGone() const { return readerGone_; }

 private:
  bool readerGone_ = false;
};

Result<void> run(const Arguments& arguments, const std::filesystem::path& dataDir, Output& output) {
  const auto format = arguments.format;
  return std::visit(Overloaded{
                        [&](const StatusCommand&) { return status(format, dataDir, output); },
                        [&](const ConnectionsCommand&) { return connections(format, dataDir, output); },
                        [&](const ListCommand& command) { return list(command, format, dataDir, output); },
                        [&](const ShowCommand& command) { return show(command, format, dataDir, output); },
                        [&](const BodyCommand& command) { return body(command, dataDir, output); },
                        [&](const WatchCommand& command) { return watch(command, format, dataDir, output); },
                        [&](const StopCommand&) { return stop(dataDir); },
                        [&](const ClearCommand&) { return clear(dataDir); },
                        [&](const LimitCommand& command) { return limit(command, format, dataDir, output); },
                        [&](const ProfileCommand& command) { return profile(command, format, dataDir, output); },
                        [&](const SelfTestCommand& command) { return selfTest(command, format, dataDir, output); },
                        [&](const CaPathCommand&) { return caPath(format, dataDir, output); },
                        [&](const RegenerateCaCommand&) { return regenerateCa(format, dataDir, output); },
                        [&](const ExportCaCommand& command) { return exportCa(command, dataDir, output); },
                        [&](const TrustCommand& command) { return trust(command, format, dataDir, output); },
                        [&](const PassThroughCommand& command) { return passThrough(command, format, dataDir, output); },
                        [&](const SwitchCommand& command) { return turn(command, dataDir); },
                        [&](const AnnotateCommand& command) { return annotate(command, dataDir); },
                        [&](const ExportCommand& command) { return exportHar(command, format, dataDir, output); },
                        [&](const SaveSessionCommand& command) { return saveSession(command, format, dataDir, output); },
                        [&](const ImportCommand& command) { return importHar(command, format, dataDir, output); },
                    },
                    arguments.command);
}

Result<std::filesystem::path> dataDirOf(const Arguments& arguments) {
  if (arguments.dataDir.empty()) return platform::defaultDataDir();
  return arguments.dataDir;
}

int failed(const Error& error) {
  std::fprintf(stderr, "sluicectl: %s\n", visibleLine(describe(error)).c_str());
  return error.code == Code::NotRunning ? 3 : 1;
}

int main(int argc, char** argv) {
  platform::prepareStandardOutput();
  platform::CommandLine line(argc, argv);
  const auto parsed = parseArguments(line.count(), line.words());
  if (const auto* usage = std::get_if<Usage>(&parsed)) {
    std::fputs(usage->text.c_str(), usage->exitStatus == 0 ? stdout : stderr);
    return usage->exitStatus;
  }
  const auto& arguments = std::get<Arguments>(parsed);
  const auto dataDir = dataDirOf(arguments);
  if (!dataDir) return failed(dataDir.error());
  StandardOutput output;
  const auto done = run(arguments, *dataDir, output);
  return done || output.readerGone() ? 0 : failed(done.error());
}

}  // namespace
}  // namespace sluice::cli

int main(int argc, char** argv) { return sluice::cli::main(argc, argv); }
