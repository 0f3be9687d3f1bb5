#include "core/store/session_file.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/limits.h"
#include "core/store/body_files.h"
#include "core/store/damage.h"
#include "core/store/file_names.h"
#include "core/store/history_files.h"
#include "core/store/part_file.h"
#include "core/store/reader.h"
#include "core/store/schema.h"
#include "core/store/sql_connection.h"
#include "core/store/sql_error.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = 1 * limits::kMiB;
constexpr std::size_t kIdsAtOnce = 10'000;

struct Part {
  const char* select;  // ?1: the exchange
  const char* insert;
};

// In the order in which they refer to each other. What several exchanges share is there already with the second of them. Pieces get
// numbers of their own: those of bodies that lay in files come between them.
constexpr Part kParts[] = {
    {"SELECT * FROM session WHERE id = (SELECT session FROM exchange WHERE id = ?1)", "INSERT OR IGNORE INTO session"},
    {"SELECT * FROM session WHERE id = (SELECT session FROM connection WHERE id = (SELECT connection FROM exchange WHERE id = ?1))",
     "INSERT OR IGNORE INTO session"},
    {"SELECT * FROM connection WHERE id = (SELECT connection FROM exchange WHERE id = ?1)", "INSERT OR IGNORE INTO connection"},
    {"SELECT * FROM exchange WHERE id = ?1", "INSERT INTO exchange"},
    {"SELECT * FROM head WHERE exchange = ?1", "INSERT INTO head"},
    {"SELECT NULL, exchange, direction, bytes FROM body_piece WHERE exchange = ?1 ORDER BY id", "INSERT INTO body_piece"},
    {"SELECT * FROM message WHERE exchange = ?1", "INSERT INTO message"},
    {"SELECT * FROM certificate_chain WHERE digest IN (SELECT chain FROM tls JOIN exchange ON tls.id IN (client_tls, upstream_tls)"
     " WHERE exchange.id = ?1)",
     "INSERT OR IGNORE INTO certificate_chain"},
    {"SELECT tls.* FROM tls JOIN exchange ON tls.id IN (client_tls, upstream_tls) WHERE exchange.id = ?1", "INSERT OR IGNORE INTO tls"},
};

// The rows of one table that belong to an exchange, from one database to another of the same version.
class TableCopy {
 public:
  static Result<TableCopy> create(SqlConnection& from, SqlConnection& to, const Part& part) {
    auto select = from.prepare(part.select);
    if (!select) return fail(select.error());
    std::string marks;
    for (int i = 1; i <= select->columns(); ++i) marks += (i == 1 ? "?" : ", ?") + std::to_string(i);
    auto insert = to.prepare((std::string(part.insert) + " VALUES (" + marks + ")").c_str());
    if (!insert) return fail(insert.error());
    return TableCopy(std::move(*select), std::move(*insert));
  }

  Result<void> copy(ExchangeId exchange) {
    select_.bind(exchange);
    Result<void> inserted;
    auto read = select_.each([&] {
      insert_.bindRow(select_);
      inserted = insert_.each([] { return true; });
      return inserted.has_value();
    });
    return read ? inserted : read;
  }

 private:
  TableCopy(Statement select, Statement insert) : select_(std::move(select)), insert_(std::move(insert)) {}

  Statement select_;
  Statement insert_;
};

class Saver {
 public:
  Saver(Reader& reader, SqlConnection& from, SqlConnection& to, const GoOn& goOn)
      : reader_(reader), from_(from), to_(to), goOn_(goOn) {}

  Result<SavedSession> save();

 private:
  Result<void> prepare();
  Result<void> saveUpTo(ExchangeId newest);
  Result<void> consider(ExchangeId id);
  Result<void> save(ExchangeId id);
  Result<void> saveFile(BodyKey key);
  Result<void> finish();
  tl::unexpected<Error> problem(const Error& error) const;

  Reader& reader_;
  SqlConnection& from_;
  SqlConnection& to_;
  const GoOn& goOn_;
  std::vector<TableCopy> copies_;
  std::optional<Statement> state_;
  SavedSession saved_;
};

Result<void> Saver::prepare() {
  for (const Part& part : kParts) {
    auto copy = TableCopy::create(from_, to_, part);
    if (!copy) return fail(copy.error());
    copies_.push_back(std::move(*copy));
  }
  auto state = from_.prepare("SELECT state FROM exchange WHERE id = ?1");
  if (!state) return fail(state.error());
  state_ = std::move(*state);
  return {};
}

Result<SavedSession> Saver::save() {
  if (auto ready = prepare(); !ready) return fail(ready.error());
  auto snapshot = Transaction::begin(from_, Transaction::Kind::Read);
  if (!snapshot) return fail(snapshot.error());
  auto transaction = Transaction::begin(to_, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  // The snapshot is taken here, by the first look.
  const auto newest = from_.integer("SELECT max(id) FROM exchange");
  if (!newest) return fail(newest.error());
  if (auto done = saveUpTo(ExchangeId{static_cast<std::uint64_t>(*newest)}); !done) return problem(done.error());
  // The reader goes on with what lies there now, the copies with what lay there at first.
  if (from_.fileIsGone()) return problem({});
  if (auto done = finish(); !done) return fail(done.error());
  if (auto done = transaction->commit(); !done) return fail(done.error());
  return saved_;
}

// The bodies of a history that was cleared become shorter and go, and that is why they cannot be read.
tl::unexpected<Error> Saver::problem(const Error& error) const {
  if (error.code == Code::Aborted || !from_.fileIsGone()) return fail(error);
  return fail(Side::Local, Code::DatabaseBusy, from_.name() + ": was replaced or changed while it was being saved; save it again");
}

// The reader moves on with the history and only says what passes the filter: what there is of it, and how far it is, says the snapshot.
Result<void> Saver::saveUpTo(ExchangeId newest) {
  IdPage page;
  do {
    auto next = reader_.ids(page.upTo, kIdsAtOnce);
    if (!next) return fail(next.error());
    page = std::move(*next);
    for (const ExchangeId id : page.ids) {
      if (newest < id) return {};
      if (goOn_ && !goOn_(saved_.exchanges)) return fail(Side::Local, Code::Aborted, "it was stopped");
      if (auto done = consider(id); !done) return done;
    }
  } while (page.more);
  return {};
}

Result<void> Saver::consider(ExchangeId id) {
  std::optional<State> state;
  state_->bind(id);
  auto read = state_->each([&] {
    state = static_cast<State>(state_->integer(0));
    return true;
  });
  if (!read || !state) return read;
  if (*state != State::Running) return save(id);
  ++saved_.left;
  return {};
}

Result<void> Saver::save(ExchangeId id) {
  for (TableCopy& copy : copies_) {
    if (auto done = copy.copy(id); !done) return done;
  }
  for (const auto direction : {capture::Direction::Request, capture::Direction::Response}) {
    if (auto done = saveFile({id, direction}); !done) return done;
  }
  ++saved_.exchanges;
  return {};
}

// A body that lies in a file becomes pieces like all others.
Result<void> Saver::saveFile(BodyKey key) {
  const std::string which = key.direction == capture::Direction::Request ? "request" : "response";
  const std::string where = " FROM exchange WHERE id = " + std::to_string(key.exchange.value);
  const auto place = to_.integer(("SELECT " + which + "_place" + where).c_str());
  if (!place) return fail(place.error());
  if (static_cast<BodyPlace>(*place) != BodyPlace::File) return {};
  auto insert = to_.prepare("INSERT INTO body_piece (exchange, direction, bytes) VALUES (?1, ?2, ?3)");
  if (!insert) return fail(insert.error());
  std::uint64_t stored = 0;
  auto body = reader_.openBody(key.exchange, key.direction);
  if (!body && body.error().code != Code::NotFound) return fail(body.error());
  std::vector<std::byte> piece(body ? kPieceBytes : 0);
  while (body) {  // one whose file is gone is an empty one
    const auto count = body->read(piece);
    if (!count) return fail(count.error());
    if (*count == 0) break;
    const std::string_view bytes(reinterpret_cast<const char*>(piece.data()), *count);
    if (auto done = insert->run(key.exchange, static_cast<int>(key.direction), Blob{bytes}); !done) return done;
    stored += *count;
  }
  const auto newPlace = stored == 0 ? BodyPlace::None : BodyPlace::Inline;
  const std::string update = "UPDATE exchange SET " + which + "_place = ?2, " + which + "_stored_bytes = ?3 WHERE id = ?1";
  auto change = to_.prepare(update.c_str());
  if (!change) return fail(change.error());
  return change->run(key.exchange, static_cast<int>(newPlace), stored);
}

// As if it had been recorded a thousand at a time: whoever follows changes gets them version by version.
Result<void> Saver::finish() {
  return to_.run(
      "UPDATE exchange SET version = (SELECT first_version FROM history) + 1 + id / 1000;"
      "UPDATE history SET exchanges = (SELECT count(*) FROM exchange), body_file_bytes = 0,"
      " version = ifnull((SELECT max(version) FROM exchange), first_version + 1),"
      " next_exchange = 1 + ifnull((SELECT max(id) FROM exchange), 0), next_connection = 1 + ifnull((SELECT max(id) FROM connection), 0)");
}

Result<SavedSession> writeSession(const fs::path& dataDir, const filter::Node& filter, const fs::path& file, const GoOn& goOn) {
  auto reader = Reader::open(dataDir);
  if (!reader) return fail(reader.error());
  if (auto shows = reader->show(filter); !shows) return fail(shows.error());
  auto from = openHistory(dataDir, Access::ReadOnly);
  if (!from) return fail(from.error());
  if (auto made = SqlConnection::create(file); !made) return fail(made.error());
  auto to = SqlConnection::open(file, Access::ReadWrite);
  if (!to) return fail(to.error());
  if (auto made = migrate(*to, 0); !made) return fail(made.error());
  return Saver(*reader, *from, *to, goOn).save();
}

// Where a copy can lie for a while.
fs::path temporaryFile() {
  std::random_device random;
  return fs::temp_directory_path() / ("sluice-session-" + std::to_string(random()) + std::to_string(random()) + ".db");
}

Result<void> check(SqlConnection& sql, const char* pragma) {
  const auto verdict = sql.text(pragma);
  if (!verdict) return fail(verdict.error());
  if (*verdict != "ok") return fail(Side::Local, Code::DatabaseDamaged, sql.name() + ": " + *verdict);
  return {};
}

// The header first, which costs nothing however large somebody else's database is. Then the pages that hold the words of the tables,
// before one of these is believed; and every other page only when the words are ours, since to check a table is to compute what its
// conditions and columns say.
Result<std::int64_t> checkSession(SqlConnection& sql) {
  const auto none = [&] { return fail(Side::Local, Code::DatabaseDamaged, sql.name() + ": holds no session of Sluice"); };
  const auto application = sql.integer("PRAGMA application_id");
  if (!application) return application;
  if (*application != kApplicationId) return none();
  if (auto sound = check(sql, "PRAGMA quick_check(sqlite_schema)"); !sound) return fail(sound.error());
  const auto version = readVersion(sql);
  if (!version) return version;
  if (*version == 0) return none();
  if (auto sound = check(sql, "PRAGMA quick_check(1)"); !sound) return fail(sound.error());
  return version;
}

// The file is there, for its owner only. Not copy_file(): that of mingw-w64 overwrites none.
Result<void> copyInto(const fs::path& from, const fs::path& to) {
  errno = 0;
  std::ifstream source(from, std::ios::binary);
  std::ofstream copy(to, std::ios::binary | std::ios::trunc);
  copy << source.rdbuf();
  copy.close();
  if (source.bad() || !source.is_open()) return fail(fileError(errno, utf8(from)));
  if (!copy) return fail(fileError(errno, utf8(to)));
  return {};
}

// Nobody knows of the part: what it says of it is true of the file that was asked for.
Error named(Error error, const fs::path& part, const fs::path& file) {
  const std::string name = utf8(part);
  if (error.detail.starts_with(name)) error.detail.replace(0, name.size(), utf8(file));
  return error;
}

}  // namespace

Result<SavedSession> saveSession(const fs::path& dataDir, const filter::Node& filter, const fs::path& file, const GoOn& goOn) {
  if (isHistory(file, dataDir)) return fail(Side::Local, Code::BadArgument, utf8(file) + ": is the history that would be saved");
  PartFile part(file);
  if (part.isDirect()) return fail(Side::Local, Code::BadArgument, utf8(file) + ": is no regular file, and a session is a database");
  auto saved = writeSession(dataDir, filter, part.path(), goOn);
  if (!saved) return fail(named(saved.error(), part.path(), file));
  if (const auto error = part.replace()) return fail(fileError(error.value(), utf8(file)));
  return saved;
}

void ReadableSession::Remove::operator()(const fs::path* file) const {
  std::error_code ignored;
  fs::remove(*file, ignored);
  delete file;
}

Result<ReadableSession> ReadableSession::prepare(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return fail(Side::Local, Code::NotFound, utf8(file));
  if (SqlConnection::hasLog(file)) {
    return fail(Side::Local, Code::BadArgument,
                utf8(file) + ": is no session but a history, whose newest exchanges lie in " + utf8(file.filename()) +
                    "-wal; open its directory with --data-dir, and make a session of it with \"session save\"");
  }
  if (auto sound = checkLog(file); !sound) return fail(sound.error());
  std::int64_t version = 0;
  {
    auto sql = SqlConnection::open(file, Access::Untouched);
    if (!sql) return fail(sql.error());
    const auto checked = checkSession(*sql);
    if (!checked) return fail(checked.error());
    version = *checked;
  }
  ReadableSession session(file);
  if (version == kSchemaVersion) return session;
  session.path_ = temporaryFile();
  session.copy_.reset(new fs::path(session.path_));
  if (auto made = SqlConnection::create(session.path_); !made) return fail(made.error());
  if (auto copied = copyInto(file, session.path_); !copied) return fail(copied.error());
  auto copy = SqlConnection::open(session.path_, Access::ReadWrite);
  if (!copy) return fail(copy.error());
  if (auto done = migrate(*copy, version); !done) return fail(named(done.error(), session.path_, file));
  return session;
}

}  // namespace sluice::store
