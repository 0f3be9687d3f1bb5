#include "core/store/recorder.h"

#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/store/backlog.h"
#include "core/store/body_sweeper.h"
#include "core/store/checkpointer.h"
#include "core/store/clock_jumps.h"
#include "core/store/errands.h"
#include "core/store/full_disk.h"
#include "core/store/history_files.h"
#include "core/store/history_writer.h"
#include "core/store/record_queue.h"
#include "core/store/search_indexer.h"
#include "core/store/sql_connection.h"
#include "core/store/trash.h"
#include "platform/thread.h"

namespace sluice::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kSweepFiles = 64;

// REQUIRES: not the recorder's thread.
Result<void> waitFor(const std::function<void(Recorder::Answer)>& ask) {
  std::promise<Result<void>> answered;
  ask([&](Result<void> outcome) { answered.set_value(std::move(outcome)); });
  return answered.get_future().get();
}

WallTime wallNow() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

}  // namespace

class Recorder::Impl {
 public:
  Impl(Database database, RecorderOptions options);
  Impl(std::filesystem::path dataDir, const Error& why, Inherited known, RecorderOptions options);

  Result<void> start();
  void begin();
  void stop();

  bool record(capture::Record record) { return queue_.push(std::move(record)); }
  void whenFlushed(std::function<void()> done) { queue_.whenSettled(std::move(done)); }
  RecorderStatus status() const;
  void clear(Answer answer) { ask([this] { return clearNow(); }, std::move(answer)); }
  void keep(std::string key, std::optional<std::string> value, Answer answer);
  void annotate(std::vector<ExchangeId> exchanges, Annotation annotation, Answer answer);
  KeptSettings kept() const;
  void setRetention(const Retention& retention);

 private:
  void run();
  RecorderLoad load() const;
  void sweep();
  bool tidying() const;
  void prune();
  void ask(Errands::Errand what, Answer answer) {
    errands_.ask(std::move(what), std::move(answer), [this] { queue_.wake(); });
  }
  Result<void> clearNow();
  Result<void> annotateNow(const std::vector<ExchangeId>& exchanges, const Annotation& annotation);
  Result<void> keepNow(const std::string& key, const std::optional<std::string>& value);
  void apply(capture::Record&& record);
  bool due() const;
  void commitUnlessPaused();
  Result<void> commit();
  bool makeRoom();
  Result<void> ensureWriter();
  void noteTimes(HistoryWriter& writer);
  void noteNotOpened(const Error& why);
  Result<void> notice(const HistoryWriter& writer);
  bool recovered(const Error& why);
  void committed();
  void paused(const Error& why);
  void noteNumbers();
  void closeDatabase();
  void use(Database database);
  void setProblem(const Error& problem);
  void publish();
  void finish();
  Steady::time_point wakeAt() const;

  // The recorder's thread only, once it runs.
  const std::filesystem::path dataDir_;
  const RecorderOptions options_;
  std::optional<Database> database_;     // none: to be opened again
  std::optional<HistoryWriter> writer_;  // none: to be made again
  std::optional<BodySweeper> sweeper_;
  std::optional<Trash> trash_;
  std::optional<SearchIndexer> indexer_;
  std::optional<Checkpointer> checkpointer_;
  Retention retention_;
  ClockJumps clockJumps_;
  const Steady::time_point begun_ = Steady::now();
  bool pruneMore_ = false;
  Steady::time_point pruneAt_{};
  std::uint64_t firstVersion_ = 0;  // of the history that session_ and the backlog belong to
  std::int64_t session_ = 0;
  ExchangeId nextExchange_;      // of the history, as last noted
  ConnectionId nextConnection_;  // likewise
  Backlog backlog_;
  std::vector<capture::Record> batch_;
  std::size_t sinceCommit_ = 0;  // records
  Steady::time_point lastTurn_{};
  Steady::time_point retryAt_{};
  FullDisk fullDisk_;
  std::uint64_t lostExchanges_ = 0;
  std::uint64_t ignoredRecords_ = 0;

  // Shared.
  RecordQueue queue_;
  mutable std::mutex statusMutex_;
  RecorderStatus status_;  // under statusMutex_; written by the recorder's thread
  KeptSettings kept_;      // under statusMutex_; likewise
  Errands errands_;
  std::thread thread_;
};

Recorder::Impl::Impl(Database database, RecorderOptions options)
    : dataDir_(database.dataDir()),
      options_(std::move(options)),
      database_(std::move(database)),
      retention_(options_.retention),
      nextExchange_(database_->nextExchangeId()),
      nextConnection_(database_->nextConnectionId()),
      fullDisk_(dataDir_, options_.retryAfter),
      queue_(options_.bodyBytesMax, options_.heldBytesMax) {}

Recorder::Impl::Impl(std::filesystem::path dataDir, const Error& why, Inherited known, RecorderOptions options)
    : dataDir_(std::move(dataDir)),
      options_(std::move(options)),
      retention_(options_.retention),
      nextExchange_(known.nextExchange),
      nextConnection_(known.nextConnection),
      retryAt_(Steady::now() + options_.retryAfter),
      fullDisk_(dataDir_, options_.retryAfter),
      queue_(options_.bodyBytesMax, options_.heldBytesMax),
      kept_(std::move(known.settings)) {
  status_.problem = why;
  fullDisk_.noteOpening();
  noteNotOpened(why);
}

Result<void> Recorder::Impl::start() {
  if (auto ready = ensureWriter(); !ready) {
    // A full disk or a locked database passes; until then traffic goes on unrecorded.
    const Code code = ready.error().code;
    if (code != Code::NoSpace && code != Code::DatabaseBusy) return ready;
    retryAt_ = Steady::now() + options_.retryAfter;
    status_.problem = ready.error();
  }
  if (database_) sweeper_ = BodySweeper::ofStart(*database_);  // before anybody puts a new file there
  begin();
  return {};
}

void Recorder::Impl::begin() {
  trash_.emplace(dataDir_);
  publish();
  if (options_.background) indexer_.emplace(dataDir_, [this] { return load(); });
  thread_ = std::thread([this] {
    platform::beginThread("recorder", platform::Urgency::Prompt);
    run();
  });
}

void Recorder::Impl::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

RecorderStatus Recorder::Impl::status() const {
  const auto counts = queue_.counts();
  const std::lock_guard lock(statusMutex_);
  RecorderStatus status = status_;
  status.queuedBytes = counts.bytes;
  status.queuedRecords = counts.records;
  status.refusedBodyBytes += counts.refusedBodyBytes;
  status.droppedExchanges += counts.droppedExchanges;
  return status;
}

// The indexer's thread.
RecorderLoad Recorder::Impl::load() const {
  const std::lock_guard lock(statusMutex_);
  return {queue_.counts().records > limits::kRecorderBatchRecords, status_.exchanges};
}

void Recorder::Impl::run() {
  const auto gap = std::chrono::milliseconds(limits::kRecorderCommitGapMs);
  sweep();
  const RecordQueue::Enough enough{limits::kRecorderBatchRecords, limits::kRecorderBatchBytes};
  while (queue_.take(batch_, lastTurn_ + gap, enough, wakeAt())) {
    for (capture::Record& record : batch_) {
      apply(std::move(record));
      if (sinceCommit_ >= limits::kRecorderBatchRecords || backlog_.heldBytes() >= limits::kRecorderBatchBytes) {
        commitUnlessPaused();
      }
    }
    commitUnlessPaused();
    errands_.doAll();
    queue_.settled();
    lastTurn_ = Steady::now();
    sweep();
  }
  indexer_.reset();  // before the log is folded in: whoever reads would keep it
  finish();
}

// A little of what can wait, between two batches.
void Recorder::Impl::sweep() {
  if (sweeper_ && !sweeper_->done()) sweeper_->step(kSweepFiles);
  if (trash_ && trash_->due() <= Steady::now()) trash_->step(Steady::now());
  if (pruneMore_ || Steady::now() >= pruneAt_) prune();
}

// Whether there is something to commit, or to be found out by trying.
bool Recorder::Impl::due() const { return backlog_.dirty() || !writer_ || (fullDisk_.cutting() && Steady::now() >= fullDisk_.cutUntil()); }

bool Recorder::Impl::tidying() const { return pruneMore_ || (sweeper_ && !sweeper_->done()); }

// When to go on although nothing is recorded.
Steady::time_point Recorder::Impl::wakeAt() const {
  if (tidying()) return Steady::now();
  const auto never = Steady::time_point::max();
  return std::min({pruneAt_, trash_ ? trash_->due() : never, due() ? retryAt_ : fullDisk_.cutting() ? fullDisk_.cutUntil() : never});
}

void Recorder::Impl::prune() {
  pruneMore_ = false;
  pruneAt_ = retention_.any() ? Steady::now() + std::chrono::milliseconds(limits::kPruneGapMs) : Steady::time_point::max();
  if (!retention_.any() || !writer_) return;
  const std::uint64_t before = writer_->state().version;
  const WallTime now = wallNow();
  const auto mistrusted = std::chrono::ceil<std::chrono::hours>(now - clockJumps_.trusted(now, Steady::now()));
  Retention due = retention_;
  if (due.ageMax.count() != 0) due.ageMax += mistrusted;
  const auto more = writer_->prune(due, now, std::chrono::duration_cast<Micros>(Steady::now() - begun_));
  // A disk or a database in trouble shows when the next batch is written.
  pruneMore_ = more && *more;
  if (writer_->state().version == before) return;
  publish();
  if (options_.onCommitted) options_.onCommitted(status());
}

void Recorder::Impl::setRetention(const Retention& retention) {
  const auto take = [this, retention]() -> Result<void> {
    retention_ = retention;
    pruneAt_ = {};
    return {};
  };
  ask(take, [](const Result<void>&) {});
}

void Recorder::Impl::keep(std::string key, std::optional<std::string> value, Answer answer) {
  ask([this, key = std::move(key), value = std::move(value)] { return keepNow(key, value); }, std::move(answer));
}

void Recorder::Impl::annotate(std::vector<ExchangeId> exchanges, Annotation annotation, Answer answer) {
  ask([this, exchanges = std::move(exchanges), annotation = std::move(annotation)] { return annotateNow(exchanges, annotation); },
      std::move(answer));
}

KeptSettings Recorder::Impl::kept() const {
  const std::lock_guard lock(statusMutex_);
  return kept_;
}

// What of them is only in the backlog so far is not in the history yet, and nobody can have seen it.
Result<void> Recorder::Impl::annotateNow(const std::vector<ExchangeId>& exchanges, const Annotation& annotation) {
  if (auto ready = ensureWriter(); !ready) return ready;
  if (auto written = writer_->annotate(exchanges, annotation); !written) return written;
  publish();
  if (indexer_) indexer_->wake();
  if (options_.onCommitted) options_.onCommitted(status());
  return {};
}

Result<void> Recorder::Impl::keepNow(const std::string& key, const std::optional<std::string>& value) {
  if (auto ready = ensureWriter(); !ready) return ready;
  if (auto written = keepSetting(database_->sql(), key, value); !written) return written;
  const std::lock_guard lock(statusMutex_);
  value ? void(kept_.insert_or_assign(key, *value)) : void(kept_.erase(key));
  return {};
}

// Until the next history has begun, nothing has changed; from then on, nothing needs this one.
Result<void> Recorder::Impl::clearNow() {
  noteNumbers();
  if (auto begun = beginNextHistory(dataDir_, {nextExchange_, nextConnection_, kept()}); !begun) return begun;
  if (database_) database_->sql().leaveLogOnClose();
  closeDatabase();
  fullDisk_.noteRoomToOpen();  // the next one is small
  trash_.emplace(dataDir_);
  auto done = commit();
  if (done) {
    sweeper_ = BodySweeper::ofCleared(*database_, backlog_);
    committed();
  } else {
    paused(done.error());
  }
  return done;
}

void Recorder::Impl::apply(capture::Record&& record) {
  const std::size_t weight = weightOf(record);
  const auto* inFile = std::get_if<capture::BodyInFile>(&record);
  const auto bodyOf = inFile != nullptr ? std::optional(BodyKey{inFile->exchange, inFile->direction}) : std::nullopt;
  const std::uint64_t givenUp = backlog_.givenUpBodyBytes();
  ++sinceCommit_;
  if (backlog_.apply(std::move(record))) return;
  if (backlog_.givenUpBodyBytes() == givenUp) ++ignoredRecords_;
  if (bodyOf) {  // the file of an exchange that is not kept
    std::error_code ignored;
    std::filesystem::remove(bodyFile(dataDir_, *bodyOf), ignored);
  }
  queue_.release(weight);
}

void Recorder::Impl::commitUnlessPaused() {
  if (!due() || Steady::now() < retryAt_) return;
  sinceCommit_ = 0;
  if (Steady::now() < fullDisk_.cutUntil()) (void)makeRoom();
  auto done = commit();
  if (!done && recovered(done.error())) done = commit();
  if (done) {
    committed();
  } else {
    paused(done.error());
  }
}

// True: bodies that do not fit were given up, so that the rows may.
bool Recorder::Impl::makeRoom() {
  if (!fullDisk_.mustGiveUp(backlog_.freshBodyBytes())) return false;
  queue_.release(backlog_.giveUpBodies());
  return true;
}

Result<void> Recorder::Impl::commit() {
  // Somebody removed or renamed the file: what would be written to it, nobody would ever see.
  if (database_ && database_->sql().fileIsGone()) closeDatabase();
  if (auto ready = ensureWriter(); !ready) return ready;
  if (!backlog_.dirty()) return {};
  if (checkpointer_) checkpointer_->letFinish();
  return writer_->write(backlog_);
}

Result<void> Recorder::Impl::ensureWriter() {
  if (writer_) return {};
  if (!database_) {
    if (!fullDisk_.mayOpen(Steady::now())) return fail(status().problem);
    fullDisk_.noteOpening();
    auto database = Database::open(dataDir_, wallNow());
    noteNotOpened(database ? Error() : database.error());
    if (!database) return fail(database.error());
    use(std::move(*database));
  }
  if (options_.background) (void)database_->sql().logPages();  // not even the first commit folds a log that a crash has left
  auto writer = HistoryWriter::create(*database_);
  if (!writer) return fail(writer.error());
  if (auto noticed = notice(*writer); !noticed) return noticed;
  if (session_ == 0) {
    noteTimes(*writer);
    auto begun = writer->beginSession(wallNow());
    if (!begun) return fail(begun.error());
    session_ = *begun;
  } else {
    writer->resumeSession(session_);
  }
  writer_ = std::move(*writer);
  if (options_.background && !checkpointer_) checkpointer_.emplace(historyFile(dataDir_));
  return {};
}

// Those of the runs before.
void Recorder::Impl::noteTimes(HistoryWriter& writer) {
  const auto last = writer.lastTime(), settled = writer.timePassedFor(ClockJumps::kSettlesAfter);
  if (last && settled && last->time_since_epoch().count() > 0) clockJumps_.wasLast(*last, *settled);
}

// None: it is open.
void Recorder::Impl::noteNotOpened(const Error& why) {
  why.code == Code::NoSpace ? fullDisk_.noteNoRoomToOpen(Steady::now()) : fullDisk_.noteRoomToOpen();
}

// Whether this is still the history that the backlog was written to. Another one is given what outlives histories.
Result<void> Recorder::Impl::notice(const HistoryWriter& writer) {
  const std::uint64_t before = firstVersion_;
  if (before == writer.state().firstVersion) return {};
  if (before == 0) {
    auto kept = readKeptSettings(database_->sql());
    if (!kept) return fail(kept.error());
    const std::lock_guard lock(statusMutex_);
    kept_ = std::move(*kept);
  } else if (auto given = keepSettings(database_->sql(), kept()); !given) {
    return given;
  }
  firstVersion_ = writer.state().firstVersion;
  if (before == 0) return {};
  session_ = 0;
  backlog_.databaseReplaced();
  return {};
}

// Whether trying again at once makes sense.
bool Recorder::Impl::recovered(const Error& why) {
  if (why.code == Code::DatabaseDamaged) {
    closeDatabase();
    auto database = Database::replaceDamaged(dataDir_, why, wallNow());
    if (database) use(std::move(*database));
    return database.has_value();
  }
  if (why.code == Code::NoSpace) {
    if (!database_) return false;  // it cannot be opened, and no body is in the way
    fullDisk_.noteFull();
    if (!makeRoom()) return false;
    fullDisk_.cut(Steady::now());
    setProblem(why);
    return true;
  }
  if (why.code == Code::BadArgument) {
    // These rows can never be written, or the tables are no longer ours, which opening them again will show.
    lostExchanges_ += backlog_.dirtyExchanges().size();
    queue_.release(backlog_.discardDirty());
    closeDatabase();
    return true;
  }
  return false;
}

void Recorder::Impl::use(Database database) {
  database_ = std::move(database);
  if (!database_->movedAside()) return;
  {
    const std::lock_guard lock(statusMutex_);
    status_.movedAside = database_->movedAside();
  }
  if (options_.onProblemChanged) options_.onProblemChanged(status());
}

void Recorder::Impl::noteNumbers() {
  if (!writer_) return;
  nextExchange_ = ExchangeId{writer_->state().nextExchange};
  nextConnection_ = ConnectionId{writer_->state().nextConnection};
}

// Before its files may be moved.
void Recorder::Impl::closeDatabase() {
  noteNumbers();
  checkpointer_.reset();
  sweeper_.reset();
  writer_.reset();
  database_.reset();
}

void Recorder::Impl::committed() {
  retryAt_ = {};
  queue_.release(backlog_.committed());
  if (checkpointer_ && database_) checkpointer_->committed(database_->sql());
  publish();
  if (fullDisk_.hasPassed(Steady::now())) setProblem({});
  if (indexer_) indexer_->wake();
  if (options_.onCommitted) options_.onCommitted(status());
}

void Recorder::Impl::paused(const Error& why) {
  retryAt_ = Steady::now() + options_.retryAfter;
  // After an input or output error the connection cannot be trusted to have the true state of the file.
  if (why.code != Code::NoSpace && why.code != Code::DatabaseBusy) closeDatabase();
  setProblem(why);
}

void Recorder::Impl::setProblem(const Error& problem) {
  {
    const std::lock_guard lock(statusMutex_);
    const bool changed = status_.problem.code != problem.code;
    status_.problem = problem;
    if (!changed) return;
  }
  if (options_.onProblemChanged) options_.onProblemChanged(status());
}

void Recorder::Impl::publish() {
  const std::uint64_t bytes = database_ ? bytesWithLog(database_->file()) : databaseBytes(dataDir_);
  const std::lock_guard lock(statusMutex_);
  status_.ignoredRecords = ignoredRecords_;
  status_.droppedExchanges = lostExchanges_;
  status_.refusedBodyBytes = backlog_.givenUpBodyBytes();
  status_.databaseBytes = bytes;
  if (!writer_) return;
  const auto& state = writer_->state();
  status_.version = state.version;
  status_.exchanges = state.exchanges;
  status_.newest = state.newest;
}

void Recorder::Impl::finish() {
  retryAt_ = {};
  commitUnlessPaused();
  lostExchanges_ += backlog_.dirtyExchanges().size();
  publish();
  if (writer_) {
    (void)writer_->endSession(wallNow());
    checkpointer_.reset();
    // Best done now rather than at the next start; readers may hold it up, and then the log simply stays.
    (void)database_->sql().run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  closeDatabase();
  errands_.end();
  queue_.settled();
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Recorder::~Recorder() { stop(); }

Result<std::unique_ptr<Recorder>> Recorder::start(Database database, RecorderOptions options) {
  auto impl = std::make_unique<Impl>(std::move(database), std::move(options));
  if (auto started = impl->start(); !started) return fail(started.error());
  return std::unique_ptr<Recorder>(new Recorder(std::move(impl)));
}

std::unique_ptr<Recorder> Recorder::startPaused(std::filesystem::path dataDir, const Error& why, Inherited known, RecorderOptions options) {
  auto impl = std::make_unique<Impl>(std::move(dataDir), why, std::move(known), std::move(options));
  impl->begin();
  return std::unique_ptr<Recorder>(new Recorder(std::move(impl)));
}

bool Recorder::record(capture::Record record) { return impl_->record(std::move(record)); }

void Recorder::whenFlushed(std::function<void()> done) { impl_->whenFlushed(std::move(done)); }

void Recorder::flush() {
  std::promise<void> flushed;
  whenFlushed([&] { flushed.set_value(); });
  flushed.get_future().wait();
}

void Recorder::clear(Answer answer) { impl_->clear(std::move(answer)); }

Result<void> Recorder::clear() {
  return waitFor([&](Answer answer) { clear(std::move(answer)); });
}

void Recorder::keep(const std::string& key, std::optional<std::string> value, Answer answer) {
  impl_->keep(key, std::move(value), std::move(answer));
}

Result<void> Recorder::keep(const std::string& key, std::optional<std::string> value) {
  return waitFor([&](Answer answer) { keep(key, std::move(value), std::move(answer)); });
}

void Recorder::annotate(std::vector<ExchangeId> exchanges, Annotation annotation, Answer answer) {
  impl_->annotate(std::move(exchanges), std::move(annotation), std::move(answer));
}

Result<void> Recorder::annotate(std::vector<ExchangeId> exchanges, Annotation annotation) {
  return waitFor([&](Answer answer) { annotate(std::move(exchanges), std::move(annotation), std::move(answer)); });
}

KeptSettings Recorder::kept() const { return impl_->kept(); }

void Recorder::setRetention(const Retention& retention) { impl_->setRetention(retention); }

void Recorder::stop() { impl_->stop(); }

RecorderStatus Recorder::status() const { return impl_->status(); }

}  // namespace sluice::store
