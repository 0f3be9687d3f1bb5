#include "core/har/har_files.h"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "core/har/har_reader.h"
#include "core/store/recorder.h"

namespace sluice::har {
namespace {

namespace fs = std::filesystem;

constexpr auto kWaitForRecorder = std::chrono::milliseconds(1);

tl::unexpected<Error> failFile(const fs::path& file, const std::string& what, int systemCode) {
  const Code code = systemCode == ENOENT ? Code::NotFound : systemCode == EACCES ? Code::AccessDenied
                  : systemCode == ENOSPC ? Code::NoSpace : Code::System;
  return fail(Side::Local, code, what + " " + file.string(), systemCode);
}

tl::unexpected<Error> stopped() { return fail(Side::Local, Code::Aborted, "it was stopped"); }

// Errors name the file that was asked for: nobody knows of its part.
Result<std::ofstream> createFile(const fs::path& part, const fs::path& file) {
  errno = 0;
  std::ofstream stream(part, std::ios::binary | std::ios::trunc);
  if (!stream) return failFile(file, "cannot write", errno);
  std::error_code error;
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return failFile(file, "cannot protect", error.value());
  return stream;
}

Result<Written> writeFile(store::Reader& reader, const fs::path& part, const fs::path& file, const GoOn& goOn) {
  auto stream = createFile(part, file);
  if (!stream) return fail(stream.error());
  errno = 0;
  std::uint64_t bytes = 0;
  auto written = writeHar(reader, [&](std::string_view piece) -> Result<void> {
    stream->write(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (!*stream) return failFile(file, "cannot write", errno);
    bytes += piece.size();
    if (goOn && !goOn(bytes)) return stopped();
    return {};
  });
  stream->close();
  if (written && !*stream) return failFile(file, "cannot write", errno);
  return written;
}

// Gives records to the recorder no faster than the disk takes them, since here nothing may be lost.
Result<void> record(store::Recorder& recorder, std::vector<capture::Record> records) {
  for (auto& each : records) {
    for (;;) {
      const auto status = recorder.status();
      if (status.problem.code != Code::None) return fail(status.problem);
      if (status.queuedBytes <= limits::kRecorderQueueBytesMax / 2) break;
      std::this_thread::sleep_for(kWaitForRecorder);
    }
    recorder.record(std::move(each));
  }
  return {};
}

}  // namespace

Result<Written> writeHarFile(store::Reader& reader, const fs::path& file, const GoOn& goOn) {
  fs::path part = file;
  part += ".part";
  auto written = writeFile(reader, part, file, goOn);
  std::error_code error;
  if (written) fs::rename(part, file, error);
  std::error_code ignored;
  if (!written || error) fs::remove(part, ignored);
  if (error) return failFile(file, "cannot replace", error.value());
  return written;
}

Result<std::uint64_t> importHar(std::istream& file, const fs::path& dataDir, WallTime now, const GoOn& goOn) {
  auto database = store::Database::open(dataDir, now);
  if (!database) return fail(database.error());
  auto next = database->nextExchangeId().value;
  auto recorder = store::Recorder::start(std::move(*database), {});
  if (!recorder) return fail(recorder.error());
  auto count = readHar(file, [&](HarEntry entry) -> Result<void> {
    const auto at = goOn ? static_cast<std::streamoff>(file.tellg()) : 0;
    if (goOn && !goOn(at < 0 ? 0 : static_cast<std::uint64_t>(at))) return stopped();
    return record(**recorder, recordsOf(std::move(entry), ExchangeId{next++}));
  });
  (*recorder)->flush();
  const auto status = (*recorder)->status();
  if (count && status.problem.code != Code::None) return fail(status.problem);
  return count;
}

}  // namespace sluice::har
