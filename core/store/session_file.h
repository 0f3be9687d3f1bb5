// A session as one file that can be kept and passed on: a history database without a log, all bodies inside. Any thread.
//
// It may come from anywhere: it is read through Reader::openSession(), which checks every page first and writes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "core/base/result.h"
#include "core/filter/expression.h"

namespace sluice::store {

struct SavedSession {
  std::uint64_t exchanges = 0;
  std::uint64_t left = 0;  // out, since they still run
};

// Told how many exchanges are saved so far; false: it shall end, with Code::Aborted. Empty: never asked.
using GoOn = std::function<bool(std::uint64_t exchanges)>;

// Writes what passes the filter of the history in `dataDir` to `file`, readable by its owner only. A file that is there already
// is replaced when all has been written; on failure nothing has changed. Bodies are saved whole, in pieces; one whose file somebody
// has removed is an empty one, and one that cannot be read is an error, which names its file.
Result<SavedSession> saveSession(const std::filesystem::path& dataDir, const filter::Node& filter, const std::filesystem::path& file,
                                 const GoOn& goOn = {});

// A file that this program can read: `file` itself, or, where an earlier version saved it, a copy that was brought up to date and
// goes away with this object. Errors: NotFound, DatabaseDamaged (not a session, or not sound), BadArgument
// (a history with a log beside it), DatabaseTooNew, others of the system.
class ReadableSession {
 public:
  static Result<ReadableSession> prepare(const std::filesystem::path& file);

  ReadableSession(ReadableSession&&) noexcept = default;
  ReadableSession& operator=(ReadableSession&&) noexcept = default;

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Remove {
    void operator()(const std::filesystem::path* file) const;
  };

  explicit ReadableSession(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  std::unique_ptr<const std::filesystem::path, Remove> copy_;
};

}  // namespace sluice::store
