#include "app/cli/har_commands.h"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>

#include "app/cli/engine_client.h"
#include "app/cli/history_commands.h"
#include "app/cli/text.h"
#include "core/har/har_files.h"
#include "core/har/har_writer.h"
#include "core/store/reader.h"
#include "platform/data_dir.h"
#include "platform/data_dir_lock.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

WallTime wallNow() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

tl::unexpected<Error> failFile(const fs::path& file, const std::string& what, int systemCode) {
  const Code code = systemCode == ENOENT ? Code::NotFound : systemCode == EACCES ? Code::AccessDenied
                  : systemCode == ENOSPC ? Code::NoSpace : Code::System;
  return fail(Side::Local, code, what + " " + file.string(), systemCode);
}

std::string counted(Format format, const char* key, const std::string& sentence, std::uint64_t count) {
  return format == Format::Json ? "{\"" + std::string(key) + "\":" + std::to_string(count) + "}\n" : sentence + "\n";
}

std::string exchanges(std::uint64_t count) { return grouped(count) + (count == 1 ? " exchange" : " exchanges"); }

Result<std::uint64_t> readIntoEngine(EngineClient& client, const fs::path& dataDir, std::istream& file) {
  const auto request = [&client](const control::Request& what) -> Result<void> {
    const auto done = ask<control::Done>(client, what);
    return done ? Result<void>() : fail(done.error());
  };
  std::uint64_t added = 0;
  auto sent = har::sendHar(file, dataDir, [&](std::string piece) { return request(control::ImportRecords{std::move(piece)}); }, added);
  // All that came is in the history then.
  if (auto done = request(control::SyncHistory()); !done) return fail(done.error());
  if (!sent) return fail(sent.error());
  return added;
}

Result<std::uint64_t> readIntoHistory(const fs::path& dataDir, std::istream& file) {
  auto client = EngineClient::connect(dataDir);
  if (client) return readIntoEngine(*client, dataDir, file);
  if (client.error().code != Code::NotRunning) return fail(client.error());
  if (auto ready = platform::ensurePrivateDirectory(dataDir); !ready) return fail(ready.error());
  const auto lock = platform::DataDirLock::acquire(dataDir, wallNow());
  if (!lock) return fail(lock.error());
  return har::importHar(file, dataDir, wallNow());
}

}  // namespace

Result<void> exportHar(const ExportCommand& command, Format format, const fs::path& dataDir, Output& output) {
  auto reader = openHistory(dataDir, command.session);
  if (!reader) return fail(reader.error());
  if (auto shown = reader->show(command.filter); !shown) return shown;
  if (command.file == "-") {
    const auto written = har::writeHar(*reader, [&](std::string_view piece) { return output.writeText(piece); });
    return written ? Result<void>() : fail(written.error());
  }
  const auto written = har::writeHarFile(*reader, command.file);
  if (!written) return fail(written.error());
  std::string sentence = "wrote " + exchanges(written->entries);
  if (written->left > 0) sentence += "; left out " + grouped(written->left) + " that still run or are tunnels";
  if (written->bodiesGone > 0) sentence += "; of " + grouped(written->bodiesGone) + " the body's file is gone";
  return output.writeText(counted(format, "exported", sentence, written->entries));
}

Result<void> importHar(const ImportCommand& command, Format format, const fs::path& dataDir, Output& output) {
  std::ifstream stream;
  if (command.file != "-") {
    errno = 0;
    stream.open(command.file, std::ios::binary);
    if (!stream) return failFile(command.file, "cannot read", errno);
  }
  auto count = readIntoHistory(dataDir, command.file == "-" ? std::cin : stream);
  if (!count && count.error().code == Code::BadArgument) {
    return fail(Side::Local, Code::BadArgument, command.file.string() + " " + count.error().detail);
  }
  if (!count) return fail(count.error());
  return output.writeText(counted(format, "imported", "added " + exchanges(*count), *count));
}

}  // namespace sluice::cli
