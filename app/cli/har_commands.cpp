#include "app/cli/har_commands.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "app/cli/engine_client.h"
#include "app/cli/history_commands.h"
#include "app/cli/text.h"
#include "core/base/limits.h"
#include "core/capture/record_codec.h"
#include "core/har/har_files.h"
#include "core/har/har_reader.h"
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

// Exchanges to the engine that has the history, in pieces of the size that it takes.
class EngineImport {
 public:
  explicit EngineImport(EngineClient& client) : client_(client) {}

  Result<void> add(std::vector<capture::Record> records) {
    for (auto& record : records) {
      auto* chunk = std::get_if<capture::BodyChunk>(&record);
      if (chunk == nullptr) {
        put(record);
        continue;
      }
      const std::string whole = std::move(chunk->bytes);
      for (std::size_t at = 0; at < whole.size(); at += kPieceBytes) {
        chunk->bytes = whole.substr(at, kPieceBytes);
        put(record);
        if (auto sent = send(kPieceBytes); !sent) return sent;
      }
    }
    return send(kPieceBytes);
  }
  // All is in the history.
  Result<void> finish() {
    if (auto sent = send(1); !sent) return sent;
    const auto done = ask<control::Done>(client_, control::SyncHistory());
    return done ? Result<void>() : fail(done.error());
  }

 private:
  static constexpr std::size_t kPieceBytes = limits::kControlRequestBytesMax / 2;

  void put(const capture::Record& record) {
    const std::size_t begin = bytes_.size();
    bytes_.resize(begin + 4);
    capture::encode(record, bytes_);
    const std::size_t length = bytes_.size() - begin - 4;
    for (std::size_t i = 0; i < 4; ++i) bytes_[begin + i] = static_cast<char>(length >> (8 * i));
  }
  // As long as at least so much waits.
  Result<void> send(std::size_t least) {
    std::size_t at = 0;
    for (; bytes_.size() - at >= least; at += std::min(kPieceBytes, bytes_.size() - at)) {
      const auto done = ask<control::Done>(client_, control::ImportRecords{bytes_.substr(at, kPieceBytes)});
      if (!done) return fail(done.error());
    }
    bytes_.erase(0, at);
    return {};
  }

  EngineClient& client_;
  std::string bytes_;
};

Result<std::uint64_t> readIntoEngine(EngineClient& client, std::istream& file) {
  EngineImport import(client);
  std::uint64_t next = 1;
  auto count = har::readHar(file, [&](har::HarEntry entry) { return import.add(recordsOf(std::move(entry), ExchangeId{next++})); });
  // What came before a mistake in the file stays, as it does without an engine.
  if (auto done = import.finish(); !done) return fail(done.error());
  return count;
}

Result<std::uint64_t> readIntoHistory(const fs::path& dataDir, std::istream& file) {
  auto client = EngineClient::connect(dataDir);
  if (client) return readIntoEngine(*client, file);
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
