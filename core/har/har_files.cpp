#include "core/har/har_files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <deque>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/limits.h"
#include "core/capture/record_codec.h"
#include "core/har/har_reader.h"
#include "core/store/part_file.h"
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
Result<std::ofstream> createFile(const store::PartFile& part, const fs::path& file) {
  errno = 0;
  std::ofstream stream(part.path(), std::ios::binary | std::ios::trunc);
  if (!stream) return failFile(file, "cannot write", errno);
  if (part.isDirect()) return stream;
  std::error_code error;
  fs::permissions(part.path(), fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return failFile(file, "cannot protect", error.value());
  return stream;
}

Result<Written> writeFile(store::Reader& reader, const store::PartFile& part, const fs::path& file, const GoOn& goOn) {
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

// Gives a record to the recorder no faster than the disk takes them, since here nothing may be lost.
Result<void> record(store::Recorder& recorder, capture::Record record) {
  for (;;) {
    const auto status = recorder.status();
    if (status.problem.code != Code::None) return fail(status.problem);
    if (status.queuedBytes <= limits::kRecorderQueueBytesMax / 2) break;
    std::this_thread::sleep_for(kWaitForRecorder);
  }
  recorder.record(std::move(record));
  return {};
}

// Records, each behind its length, as an import brings them: collected until they fill a piece.
class Pieces {
 public:
  // `added` counts those of which all has been taken.
  Pieces(const TakePiece& take, std::uint64_t& added) : take_(take), added_(added) {}

  Result<void> add(capture::Record record) {
    auto* chunk = std::get_if<capture::BodyChunk>(&record);
    if (chunk == nullptr) return put(record), send(kPieceBytes);
    const std::string whole = std::move(chunk->bytes);
    for (std::size_t at = 0; at < whole.size(); at += kPieceBytes) {
      chunk->bytes = whole.substr(at, kPieceBytes);
      put(record);
      if (auto sent = send(kPieceBytes); !sent) return sent;
    }
    return {};
  }
  // What was added is all of an exchange.
  void endExchange() {
    ends_.push_back(taken_ + bytes_.size());
    count();
  }
  Result<void> finish() { return send(1); }

 private:
  static constexpr std::size_t kPieceBytes = limits::kControlRequestBytesMax / 2;

  void put(const capture::Record& record) {
    const std::size_t begin = bytes_.size();
    bytes_.resize(begin + 4);
    capture::encode(record, bytes_);
    const std::size_t length = bytes_.size() - begin - 4;
    for (std::size_t i = 0; i < 4; ++i) bytes_[begin + i] = static_cast<char>(length >> (8 * i));
  }
  // As long as at least so much waits. A piece that failed may have arrived all the same: nothing may follow it.
  Result<void> send(std::size_t least) {
    std::size_t at = 0;
    while (outcome_ && bytes_.size() - at >= least) {
      const std::size_t size = std::min(kPieceBytes, bytes_.size() - at);
      outcome_ = take_(bytes_.substr(at, size));
      if (outcome_) at += size;
    }
    bytes_.erase(0, at);
    taken_ += at;
    count();
    return outcome_;
  }
  void count() {
    for (; !ends_.empty() && ends_.front() <= taken_; ends_.pop_front()) ++added_;
  }

  const TakePiece& take_;
  std::uint64_t& added_;
  Result<void> outcome_;  // of the last piece
  std::string bytes_;
  std::uint64_t taken_ = 0;         // bytes, before those that wait
  std::deque<std::uint64_t> ends_;  // of the exchanges that are not taken whole, in the same bytes
};

// How far the reading of a file is; an entry may be its last, so the end of the file is no error here.
Result<void> tell(const GoOn& goOn, std::istream& file) {
  if (!goOn) return {};
  const auto at = static_cast<std::streamoff>(file.tellg());
  if (!goOn(at < 0 ? 0 : static_cast<std::uint64_t>(at))) return stopped();
  return {};
}

}  // namespace

Result<Written> writeHarFile(store::Reader& reader, const fs::path& file, const GoOn& goOn) {
  store::PartFile part(file);
  auto written = writeFile(reader, part, file, goOn);
  if (!written) return written;
  if (const auto error = part.replace()) return failFile(file, "cannot replace", error.value());
  return written;
}

Result<std::uint64_t> importHar(std::istream& file, const fs::path& dataDir, WallTime now, const GoOn& goOn) {
  auto database = store::Database::open(dataDir, now);
  if (!database) return fail(database.error());
  auto next = database->nextExchangeId().value;
  auto recorder = store::Recorder::start(std::move(*database), {});
  if (!recorder) return fail(recorder.error());
  auto count = readHar(file, dataDir, [&](HarEntry entry) -> Result<void> {
    if (auto told = tell(goOn, file); !told) return told;
    return giveRecords(std::move(entry), ExchangeId{next++}, [&](capture::Record each) { return record(**recorder, std::move(each)); });
  });
  (*recorder)->flush();
  const auto status = (*recorder)->status();
  if (count && status.problem.code != Code::None) return fail(status.problem);
  return count;
}

Result<void> sendHar(std::istream& file, const fs::path& folder, const TakePiece& take, std::uint64_t& added, const GoOn& goOn) {
  added = 0;
  Pieces pieces(take, added);
  std::uint64_t next = 1;
  const auto read = readHar(file, folder, [&](HarEntry entry) -> Result<void> {
    if (auto told = tell(goOn, file); !told) return told;
    auto given = giveRecords(std::move(entry), ExchangeId{next++}, [&](capture::Record each) { return pieces.add(std::move(each)); });
    if (given) pieces.endExchange();
    return given;
  });
  // What came before a mistake in the file stays.
  if (auto rest = pieces.finish(); !rest) return rest;
  return read ? Result<void>() : fail(read.error());
}

}  // namespace sluice::har
