#include "core/store/reader.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/limits.h"
#include "core/store/damage.h"
#include "core/store/exchange_reader.h"
#include "core/store/exchange_scan.h"
#include "core/store/file_names.h"
#include "core/store/filter_functions.h"
#include "core/store/filter_sql.h"
#include "core/store/history_files.h"
#include "core/store/reader_statements.h"
#include "core/store/schema.h"
#include "core/store/search_candidates.h"
#include "core/store/session_file.h"
#include "core/store/sorted_exchanges.h"
#include "core/store/source_count.h"
#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

using Steady = std::chrono::steady_clock;

constexpr auto kLookTime = std::chrono::milliseconds(50);  // as long as one state is looked at, the log cannot begin anew
constexpr auto kAskIndexAgain = std::chrono::seconds(5);    // it may know more by then
constexpr int kOpenAttempts = 3;                           // while one history after the other is cleared
constexpr std::size_t kHostsByName = 2000;                 // more are looked up for longer than a piece of the list takes

Steady::time_point after(std::chrono::milliseconds atMost) {
  const auto now = Steady::now();
  return atMost < std::chrono::hours(1) ? now + atMost : Steady::time_point::max();
}

// Our statements are sound, so when one can never succeed, the tables are not ours.
tl::unexpected<Error> broken(Error error) {
  if (error.code == Code::BadArgument) error.code = Code::DatabaseDamaged;
  return fail(std::move(error));
}

Result<void> checkReadable(SqlConnection& sql) {
  const auto version = readVersion(sql);
  if (!version) return fail(version.error());
  if (*version == 0) return fail(Side::Local, Code::NotFound, sql.name() + ": nothing is recorded yet");
  if (*version < kSchemaVersion) {
    return fail(Side::Local, Code::NotFound, sql.name() + ": is of an earlier version; the engine brings it up to date");
  }
  return {};
}

}  // namespace

class Reader::Impl {
 public:
  explicit Impl(fs::path dataDir) : dataDir_(std::move(dataDir)) {}
  explicit Impl(ReadableSession session) : session_(std::move(session)) {}

  // Opens the history, or opens it again when another has taken its place. To be called before each of the others.
  Result<void> ensureOpen();

  // The answer of the history that there is now: while one is removed, what reads it may find its end gone.
  template <class Answer>
  std::invoke_result_t<Answer, Impl&> now(Answer answer) {
    if (auto open = ensureOpen(); !open) return fail(open.error());
    auto given = answer(*this);
    if (given || !sql_ || !sql_->fileIsGone()) return given;
    if (auto open = ensureOpen(); !open) return fail(open.error());
    return answer(*this);
  }

  Result<Totals> totals();
  Result<SourcesPage> sources(ExchangeId after, ExchangeId upTo, std::chrono::milliseconds atMost);
  Result<void> show(const filter::Node& filter);
  Result<IdPage> ids(ExchangeId after, std::size_t limit, std::chrono::milliseconds atMost);
  Result<SortedPage> sorted(SortOrder order, const std::optional<SortEntry>& after, std::size_t limit, std::chrono::milliseconds atMost);
  Result<std::vector<std::size_t>> places(SortOrder order, std::size_t count, const std::function<ExchangeId(std::size_t)>& at,
                                          std::span<const ExchangeId> ids);
  Result<std::vector<ExchangeRow>> rows(ExchangeScan::Way way, ExchangeId beyond, std::size_t limit);
  Result<std::vector<ExchangeRow>> rows(std::span<const ExchangeId> ids);
  Result<Changes> changesSince(std::uint64_t version, std::size_t limit, std::chrono::milliseconds atMost);
  Result<std::optional<ExchangeDetails>> exchange(ExchangeId id);
  Result<bool> searched(std::span<const ExchangeId> ids, const std::function<bool(const SearchedExchange&)>& visit);
  Result<std::vector<MessageRow>> messages(ExchangeId exchange, std::int64_t after, std::size_t limit);
  Result<BodyReader> openBody(BodyKey key);

 private:
  Result<void> open();
  void close();
  Result<void> prepare();
  Result<void> followIndex();
  template <class Read>
  std::invoke_result_t<Read, ExchangeReader&> inOneState(Read read);
  Statement& statement(Sql sql) { return statements_[static_cast<std::size_t>(sql)]; }
  SortedExchanges& sorted(SortOrder order);
  Result<bool> hasManyHosts();

  const fs::path dataDir_;  // empty: of a session
  const std::optional<ReadableSession> session_;
  const SearchedBody searchedBody_ = [this](StoredBody body, std::string_view head, bool decoded) {
    return exchanges_->searchedBody(std::move(body), head, decoded);
  };
  filter::Node filter_;
  FilterSql filterSql_;  // of filter_; the statements refer to its patterns
  SearchCandidates candidates_;
  Steady::time_point askIndexAt_;  // while there are no candidates
  FilterMatches matches_;
  std::optional<SortedExchanges> sorted_;
  fs::path opening_;  // the last that was tried
  std::optional<SqlConnection> sql_;
  std::vector<Statement> statements_;  // by Sql
  std::optional<ExchangeScan> scan_;
  std::optional<ExchangeReader> exchanges_;
  std::optional<SourceCount> sources_;
};

Result<void> Reader::Impl::ensureOpen() {
  if (sql_ && !sql_->fileIsGone()) return {};
  close();
  auto opened = open();
  // It may have been cleared, and be gone, since its name was looked up.
  for (int attempt = 0; !opened && !session_ && opening_ != historyFile(dataDir_) && attempt < kOpenAttempts; ++attempt) opened = open();
  if (!opened) close();
  return opened;
}

void Reader::Impl::close() {
  statements_.clear();
  scan_.reset();
  exchanges_.reset();
  sources_.reset();
  candidates_.forget();  // another history may come
  askIndexAt_ = {};
  sorted_.reset();
  matches_.forget();
  sql_.reset();
}

Result<void> Reader::Impl::open() {
  opening_ = session_ ? session_->path() : historyFile(dataDir_);
  const fs::path& history = opening_;
  std::error_code error;
  const auto bytes = fs::file_size(history, error);
  if (error == std::errc::no_such_file_or_directory || (!error && bytes == 0)) {
    return fail(Side::Local, Code::NotFound, utf8(history) + ": nothing is recorded yet");
  }
  if (auto sound = checkLog(history); !sound) return sound;
  auto sql = session_ ? SqlConnection::open(history, Access::Untouched) : openHistory(dataDir_, Access::ReadOnly);
  if (!sql) return broken(sql.error());
  sql_ = std::move(*sql);
  if (auto readable = checkReadable(*sql_); !readable) return broken(readable.error());
  if (auto added = addFilterFunctions(*sql_, searchedBody_); !added) return added;
  auto exchanges = session_ ? ExchangeReader::create(*sql_, session_->path(), LargeBodies::InPieces)
                            : ExchangeReader::create(*sql_, dataDir_, LargeBodies::InFiles);
  if (!exchanges) return broken(exchanges.error());
  exchanges_ = std::move(*exchanges);
  auto sources = SourceCount::create(*sql_);
  if (!sources) return broken(sources.error());
  sources_ = std::move(*sources);
  return prepare();
}

Result<void> Reader::Impl::prepare() {
  statements_.clear();
  for (const std::string& text : readerStatements(filterSql_)) {
    auto statement = prepareFiltered(*sql_, text, filterSql_);
    if (!statement) return broken(statement.error());
    statements_.push_back(std::move(*statement));
  }
  auto scan = ExchangeScan::create(*sql_, filterSql_, candidates_);
  if (!scan) return broken(scan.error());
  scan_ = std::move(*scan);
  return {};
}

Result<void> Reader::Impl::show(const filter::Node& filter) {
  if (filter == filter_) return {};
  const auto many = asksForHosts(filter) ? hasManyHosts() : false;
  if (!many) return broken(many.error());
  auto compiled = compileFilter(filter, *many ? Hosts::ByRow : Hosts::ByName);
  if (!compiled) return fail(compiled.error());
  statements_.clear();  // they refer to the old patterns
  scan_.reset();
  filterSql_ = std::move(*compiled);
  filter_ = filter;
  sorted_.reset();
  matches_.forget();
  if (!session_) candidates_.find(*sql_, dataDir_, filter);
  askIndexAt_ = Steady::now() + kAskIndexAgain;
  auto prepared = prepare();
  if (!prepared) close();
  return prepared;
}

// What the index leaves of the filter, with what has changed since. Where it was of no help (too much has changed, the history is another,
// it was not built yet), it is asked again. REQUIRES: a transaction.
Result<void> Reader::Impl::followIndex() {
  if (auto ready = candidates_.addRecent(*sql_); !ready) return broken(ready.error());
  if (candidates_.any() || session_ || Steady::now() < askIndexAt_) return {};
  candidates_.find(*sql_, dataDir_, filter_);
  askIndexAt_ = Steady::now() + kAskIndexAgain;
  auto ready = candidates_.addRecent(*sql_);
  return ready ? ready : broken(ready.error());
}

Result<bool> Reader::Impl::hasManyHosts() {
  auto select = sql_->prepare(
      "WITH RECURSIVE each(name) AS (SELECT (SELECT host FROM exchange ORDER BY host COLLATE NOCASE LIMIT 1) UNION ALL"
      " SELECT (SELECT host FROM exchange WHERE host COLLATE NOCASE > each.name ORDER BY host COLLATE NOCASE LIMIT 1)"
      " FROM each WHERE each.name IS NOT NULL LIMIT ?1) SELECT count(*) FROM each");
  if (!select) return fail(select.error());
  bool many = false;
  select->bind(kHostsByName);
  auto read = select->each([&] { return many = select->natural(0) == kHostsByName; });
  if (!read) return fail(read.error());
  return many;
}

Result<Totals> Reader::Impl::totals() {
  Totals totals;
  Statement& select = statement(Sql::Totals);
  select.bind();
  auto done = select.each([&] {
    totals.version = select.natural(0);
    totals.exchanges = select.natural(1);
    totals.bodyFileBytes = select.natural(2);
    totals.oldest = ExchangeId{select.natural(3)};
    totals.newest = ExchangeId{select.natural(4)};
    totals.running = select.natural(5);
    totals.history = select.natural(6);
    return true;
  });
  if (!done) return broken(done.error());
  std::error_code ignored;
  totals.databaseBytes = session_ ? fs::file_size(session_->path(), ignored) : databaseBytes(dataDir_);
  return totals;
}

Result<SourcesPage> Reader::Impl::sources(ExchangeId after, ExchangeId upTo, std::chrono::milliseconds atMost) {
  auto page = sources_->page(after, upTo, store::after(atMost));
  return page ? std::move(page) : broken(page.error());
}

Result<IdPage> Reader::Impl::ids(ExchangeId after, std::size_t limit, std::chrono::milliseconds atMost) {
  auto look = Transaction::begin(*sql_, Transaction::Kind::Read);
  if (!look) return broken(look.error());
  if (auto ready = followIndex(); !ready) return fail(ready.error());
  auto page = scan_->page(ExchangeScan::Way::Up, after, limit, store::after(atMost));
  return page ? std::move(page) : broken(page.error());
}

SortedExchanges& Reader::Impl::sorted(SortOrder order) {
  if (!sorted_ || sorted_->order() != order) sorted_.emplace(order);
  return *sorted_;
}

Result<SortedPage> Reader::Impl::sorted(SortOrder order, const std::optional<SortEntry>& after, std::size_t limit,
                                        std::chrono::milliseconds atMost) {
  auto look = Transaction::begin(*sql_, Transaction::Kind::Read);
  if (!look) return broken(look.error());
  if (auto ready = followIndex(); !ready) return fail(ready.error());
  const auto scanAll = [this](ExchangeId above, Steady::time_point until) {
    return scan_->page(ExchangeScan::Way::Up, above, SIZE_MAX, until);
  };
  auto page = sorted(order).page({*sql_, dataDir_, filterSql_, matches_, scanAll}, after, limit, store::after(atMost));
  return page ? std::move(page) : broken(page.error());
}

Result<std::vector<std::size_t>> Reader::Impl::places(SortOrder order, std::size_t count,
                                                       const std::function<ExchangeId(std::size_t)>& at, std::span<const ExchangeId> ids) {
  auto places = sorted(order).places(*sql_, count, at, ids);
  return places ? std::move(places) : broken(places.error());
}

// A look after the other, each at one state of the history.
Result<std::vector<ExchangeRow>> Reader::Impl::rows(ExchangeScan::Way way, ExchangeId beyond, std::size_t limit) {
  std::vector<ExchangeRow> rows;
  for (bool more = limit > 0; more;) {
    auto look = Transaction::begin(*sql_, Transaction::Kind::Read);
    if (!look) return broken(look.error());
    if (auto ready = followIndex(); !ready) return fail(ready.error());
    const auto page = scan_->page(way, beyond, limit - rows.size(), store::after(kLookTime));
    if (!page) return broken(page.error());
    if (auto read = exchanges_->append(page->ids, rows); !read) return broken(read.error());
    beyond = page->upTo;
    more = page->more && rows.size() < limit;
  }
  if (way == ExchangeScan::Way::Down) std::reverse(rows.begin(), rows.end());
  return rows;
}

Result<std::vector<ExchangeRow>> Reader::Impl::rows(std::span<const ExchangeId> ids) {
  auto transaction = Transaction::begin(*sql_, Transaction::Kind::Read);
  if (!transaction) return broken(transaction.error());
  std::vector<ExchangeRow> rows;
  rows.reserve(ids.size());
  if (auto read = exchanges_->append(ids, rows); !read) return broken(read.error());
  return rows;
}

// Rows of one commit share a version, so a page ends only where the version changes.
Result<Changes> Reader::Impl::changesSince(std::uint64_t version, std::size_t limit, std::chrono::milliseconds atMost) {
  const auto until = store::after(atMost);
  auto transaction = Transaction::begin(*sql_, Transaction::Kind::Read);
  if (!transaction) return broken(transaction.error());
  const auto first = sql_->integer("SELECT first_version FROM history WHERE id = 1");
  if (!first) return broken(first.error());
  const auto current = sql_->integer("SELECT version FROM history WHERE id = 1");
  if (!current) return broken(current.error());
  Changes changes;
  changes.anew = version < static_cast<std::uint64_t>(*first) || version > static_cast<std::uint64_t>(*current);
  changes.version = changes.anew ? 0 : version;
  Statement& select = statement(Sql::Changes);
  select.bind(changes.version);
  auto done = select.each([&] {
    const std::uint64_t rowVersion = select.natural(0);
    const std::size_t seen = changes.ids.size() + changes.hidden.size();
    changes.more = rowVersion != changes.version && seen > 0 && (seen >= limit || Steady::now() >= until);
    if (changes.more) return false;
    changes.version = rowVersion;
    const bool shown = select.integer(2) != 0;
    (shown ? changes.ids : changes.hidden).push_back(ExchangeId{select.natural(1)});
    return true;
  });
  if (!done) return broken(done.error());
  if (!changes.more) changes.version = static_cast<std::uint64_t>(*current);
  std::sort(changes.ids.begin(), changes.ids.end());
  std::sort(changes.hidden.begin(), changes.hidden.end());
  return changes;
}

// Calls something that reads exchanges, in one state.
template <class Read>
std::invoke_result_t<Read, ExchangeReader&> Reader::Impl::inOneState(Read read) {
  auto transaction = Transaction::begin(*sql_, Transaction::Kind::Read);
  if (!transaction) return broken(transaction.error());
  auto given = read(*exchanges_);
  if (!given) return broken(given.error());
  return given;
}

Result<std::optional<ExchangeDetails>> Reader::Impl::exchange(ExchangeId id) {
  return inOneState([&](ExchangeReader& reader) { return reader.details(id); });
}

Result<bool> Reader::Impl::searched(std::span<const ExchangeId> ids, const std::function<bool(const SearchedExchange&)>& visit) {
  return inOneState([&](ExchangeReader& reader) -> Result<bool> {
    for (const ExchangeId id : ids) {
      const auto found = reader.searched(id);
      if (!found) return fail(found.error());
      if (*found && !visit(**found)) return false;
    }
    return true;
  });
}

Result<std::vector<MessageRow>> Reader::Impl::messages(ExchangeId exchange, std::int64_t after, std::size_t limit) {
  return inOneState([&](ExchangeReader& reader) { return reader.messages(exchange, after, limit); });
}

Result<BodyReader> Reader::Impl::openBody(BodyKey key) {
  return inOneState([&](ExchangeReader& reader) { return reader.body(key); });
}

Result<Reader> Reader::open(const fs::path& dataDir) {
  auto impl = std::make_unique<Impl>(dataDir);
  if (auto opened = impl->ensureOpen(); !opened) return fail(opened.error());
  return Reader(std::move(impl));
}

Result<Reader> Reader::openSession(const fs::path& file) {
  auto session = ReadableSession::prepare(file);
  if (!session) return fail(session.error());
  auto impl = std::make_unique<Impl>(std::move(*session));
  if (auto opened = impl->ensureOpen(); !opened) return fail(opened.error());
  return Reader(std::move(impl));
}

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Totals> Reader::totals() {
  return impl_->now([&](Impl& impl) { return impl.totals(); });
}

Result<SourcesPage> Reader::sources(ExchangeId after, ExchangeId upTo, std::chrono::milliseconds atMost) {
  return impl_->now([&](Impl& impl) { return impl.sources(after, upTo, atMost); });
}

Result<void> Reader::show(const filter::Node& filter) {
  return impl_->now([&](Impl& impl) { return impl.show(filter); });
}

Result<IdPage> Reader::ids(ExchangeId after, std::size_t limit, std::chrono::milliseconds atMost) {
  return impl_->now([&](Impl& impl) { return impl.ids(after, limit, atMost); });
}

Result<std::vector<ExchangeRow>> Reader::newest(std::size_t limit) {
  return impl_->now([&](Impl& impl) { return impl.rows(ExchangeScan::Way::Down, ExchangeId{UINT64_MAX}, limit); });
}

Result<std::vector<ExchangeRow>> Reader::from(ExchangeId first, std::size_t limit) {
  return impl_->now([&](Impl& impl) { return impl.rows(ExchangeScan::Way::Up, ExchangeId{first.value - (first ? 1 : 0)}, limit); });
}

Result<std::vector<ExchangeRow>> Reader::before(ExchangeId end, std::size_t limit) {
  return impl_->now([&](Impl& impl) { return impl.rows(ExchangeScan::Way::Down, end, limit); });
}

Result<SortedPage> Reader::sorted(SortOrder order, const std::optional<SortEntry>& after, std::size_t limit,
                                  std::chrono::milliseconds atMost) {
  return impl_->now([&](Impl& impl) { return impl.sorted(order, after, limit, atMost); });
}

Result<std::vector<std::size_t>> Reader::places(SortOrder order, std::size_t count,
                                                       const std::function<ExchangeId(std::size_t)>& at, std::span<const ExchangeId> ids) {
  return impl_->now([&](Impl& impl) { return impl.places(order, count, at, ids); });
}

Result<std::vector<ExchangeRow>> Reader::rows(std::span<const ExchangeId> ids) {
  return impl_->now([&](Impl& impl) { return impl.rows(ids); });
}

Result<Changes> Reader::changesSince(std::uint64_t version, std::size_t limit, std::chrono::milliseconds atMost) {
  return impl_->now([&](Impl& impl) { return impl.changesSince(version, limit, atMost); });
}

Result<std::optional<ExchangeDetails>> Reader::exchange(ExchangeId id) {
  return impl_->now([&](Impl& impl) { return impl.exchange(id); });
}

Result<bool> Reader::searched(std::span<const ExchangeId> ids, const std::function<bool(const SearchedExchange&)>& visit) {
  return impl_->now([&](Impl& impl) { return impl.searched(ids, visit); });
}

Result<std::vector<MessageRow>> Reader::messages(ExchangeId exchange, std::int64_t after, std::size_t limit) {
  return impl_->now([&](Impl& impl) { return impl.messages(exchange, after, limit); });
}

Result<BodyReader> Reader::openBody(ExchangeId id, capture::Direction direction) {
  return impl_->now([&](Impl& impl) { return impl.openBody({id, direction}); });
}

}  // namespace sluice::store
