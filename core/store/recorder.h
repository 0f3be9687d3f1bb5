// The only writer of the history. record() may be called from any thread and never waits for the disk; everything
// else happens on the recorder's own thread, which commits in batches: when nothing is left to write, at the latest
// after 100 ms or 1000 records.
//
// Limits (core/base/limits.h): bytes waiting to be written. Over the first limit body chunks are refused, and what
// follows of that body with them, so that a stored body is always a beginning of the real one; over the second,
// exchanges that begin are not recorded. When the disk fails or is full, recording pauses, traffic goes on, and
// recording resumes by itself. On a full disk bodies are given up before rows: those that do not fit are cut where they
// are, and what runs still ends. What was lost is counted in the status.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/annotation.h"
#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/capture/records.h"
#include "core/store/database.h"
#include "core/store/history_files.h"
#include "core/store/kept_settings.h"
#include "core/store/retention.h"
#include "core/store/rows.h"

namespace sluice::store {

struct RecorderStatus {
  // Code::None: recording. Else recording is paused, and why; with NoSpace, rows may still be recorded while bodies are not.
  Error problem;
  std::optional<Database::MovedAside> movedAside;  // a database found damaged while recording, and replaced
  std::uint64_t queuedBytes = 0;       // recorded, but not yet on disk: the recorder's lag
  std::uint64_t queuedRecords = 0;     // of these, not yet taken up
  std::uint64_t refusedBodyBytes = 0;  // body bytes not kept because the recorder lagged, was paused, or had no room
  std::uint64_t droppedExchanges = 0;  // exchanges not recorded for the same reason
  std::uint64_t ignoredRecords = 0;    // records for exchanges or connections that are not known (any more)
  std::uint64_t version = 0;           // last commit: as in Totals
  std::uint64_t exchanges = 0;
  ExchangeId newest;
  std::uint64_t databaseBytes = 0;
};

struct RecorderOptions {
  // Both run on the recorder's thread: note it and return. What start() itself runs into is in the first status().
  std::function<void(const RecorderStatus&)> onCommitted;
  std::function<void(const RecorderStatus&)> onProblemChanged;  // paused, resumed, or database replaced
  std::size_t bodyBytesMax = limits::kRecorderQueueBytesMax;    // held; above, body chunks are refused
  std::size_t heldBytesMax = limits::kRecorderPendingBytesMax;  // held; above, exchanges are dropped
  std::chrono::milliseconds retryAfter{limits::kRecorderRetryMs};  // while paused
  Retention retention;
  bool background = false;  // indexes are kept up to date, and the log is kept short, on threads of their own
};

class Recorder final : public capture::Sink {
 public:
  // Marks what an earlier process left running as cut off, and begins a capture session.
  static Result<std::unique_ptr<Recorder>> start(Database database, RecorderOptions options);

  // Where the history cannot be opened now for want of room, or because another program holds it (`why`): recording is paused from the
  // start, and begins by itself. What `known` tells is true until then.
  static std::unique_ptr<Recorder> startPaused(std::filesystem::path dataDir, const Error& why, Inherited known, RecorderOptions options);

  ~Recorder() override;  // as stop()
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  bool record(capture::Record record) override;

  // `done` is called when everything recorded before is committed, or recording has paused: on the recorder's thread, or at once.
  void whenFlushed(std::function<void()> done);
  // Waits for that.
  void flush();

  // On the recorder's thread, or at once when it has stopped: note it and return.
  using Answer = std::function<void(Result<void>)>;

  // Begins an empty history at once, whatever the size of this one, which is removed in the background. What still runs
  // goes on in the new one, without the bodies so far. Aborted: it has stopped.
  void clear(Answer answer);
  // Waits for the answer: some milliseconds, and longer while somebody else holds the database.
  Result<void> clear();

  // Says this of exchanges that are in the history, of all of them at once. Errors: NotFound (none of them is there), what the
  // disk says, Aborted.
  void annotate(std::vector<ExchangeId> exchanges, Annotation annotation, Answer answer);
  // Waits for the answer, as clear().
  Result<void> annotate(std::vector<ExchangeId> exchanges, Annotation annotation);

  // Keeps a small text beyond every history (kept_settings.h); nothing as value forgets it. Errors: what the disk says, and then
  // nothing has changed; Aborted: it has stopped.
  void keep(const std::string& key, std::optional<std::string> value, Answer answer);
  // Waits for the answer, as clear().
  Result<void> keep(const std::string& key, std::optional<std::string> value);
  KeptSettings kept() const;

  // From now on.
  void setRetention(const Retention& retention);

  // Writes what is left, ends the capture session, folds the log into the database and joins. Records that come
  // later are refused. Idempotent.
  void stop();

  RecorderStatus status() const;

 private:
  class Impl;
  explicit Recorder(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::store
