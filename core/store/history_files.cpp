#include "core/store/history_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>

#include "core/store/file_names.h"
#include "core/store/schema.h"
#include "core/store/sql_error.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHistory = "history";
constexpr std::array kKinds{kHistory, std::string_view("search"), std::string_view("order")};
constexpr std::string_view kPart = ".part";  // a history that is being made

std::string nameOf(std::string_view kind, std::uint64_t number) {
  return std::string(kind) + (number == 1 ? std::string() : "-" + std::to_string(number)) + ".db";
}

struct Name {
  std::string_view kind;
  std::uint64_t number = 0;
  std::string_view suffix;
  bool part = false;
};

// Nothing: it is no name of ours, or not as we write it.
std::optional<Name> parse(std::string_view text) {
  for (const std::string_view kind : kKinds) {
    if (!text.starts_with(kind)) continue;
    Name name{kind, 1, {}, false};
    std::string_view rest = text.substr(kind.size());
    if (rest.starts_with('-')) {
      const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), name.number);
      if (error != std::errc{}) return std::nullopt;
    }
    const std::string whole = nameOf(kind, name.number);
    if (!text.starts_with(whole)) return std::nullopt;
    name.suffix = text.substr(whole.size());
    name.part = name.suffix.starts_with(kPart);
    if (name.part) name.suffix.remove_prefix(kPart.size());
    const bool ours = name.suffix.empty() || std::find(kCompanions.begin(), kCompanions.end(), name.suffix) != kCompanions.end();
    return ours ? std::optional(name) : std::nullopt;
  }
  return std::nullopt;
}

template <class Visit>
void eachFile(const fs::path& dataDir, Visit visit) {
  std::error_code error;
  for (fs::directory_iterator at(dataDir, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string text = utf8(at->path().filename());
    if (const auto name = parse(text)) visit(at->path(), *name);
  }
}

// 0: there is none.
std::uint64_t currentNumber(const fs::path& dataDir) {
  std::uint64_t highest = 0;
  eachFile(dataDir, [&](const fs::path&, const Name& name) {
    if (name.kind == kHistory && name.suffix.empty() && !name.part) highest = std::max(highest, name.number);
  });
  return highest;
}

fs::path fileOf(const fs::path& dataDir, std::string_view kind, std::uint64_t number) { return dataDir / nameOf(kind, number); }

// Nobody sees it before it has its name, so only its end has to reach the disk.
Result<void> make(const fs::path& part, const Inherited& inherited) {
  if (auto made = SqlConnection::create(part); !made) return made;
  auto sql = SqlConnection::open(part, Access::ReadWrite);
  if (!sql) return fail(sql.error());
  if (auto done = sql->run("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"); !done) return done;
  if (auto done = prepareEmpty(*sql); !done) return done;
  if (auto done = migrate(*sql, 0); !done) return done;
  if (auto done = sql->run("PRAGMA synchronous = FULL"); !done) return done;
  auto transaction = Transaction::begin(*sql, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  auto numbering = sql->prepare("UPDATE history SET next_exchange = ?1, next_connection = ?2 WHERE id = 1");
  if (!numbering) return fail(numbering.error());
  if (auto done = numbering->run(inherited.nextExchange, inherited.nextConnection); !done) return done;
  for (const auto& [key, value] : inherited.settings) {
    if (auto kept = keepSetting(*sql, key, value); !kept) return kept;
  }
  return transaction->commit();
}

// The first programs renamed what was cleared, and the folder of its bodies.
std::vector<ClearedFile> clearedByEarlierPrograms(const fs::path& dataDir) {
  std::vector<ClearedFile> files;
  std::error_code error;
  for (fs::directory_iterator at(dataDir, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    if (!utf8(at->path().filename()).starts_with("history.cleared-")) continue;
    std::error_code ignored;  // also when it is no folder
    for (fs::directory_iterator in(at->path(), ignored); !ignored && in != fs::directory_iterator(); in.increment(ignored)) {
      files.push_back({in->path(), 0, false});
    }
    files.push_back({at->path(), 0, false});
  }
  return files;
}

// Where there is no room for the index of its log, or for the log itself: nothing is written, whoever else reads it waits meanwhile.
Result<SqlConnection> openWithoutRoom(const fs::path& history) {
  if (!SqlConnection::hasLog(history)) return SqlConnection::open(history, Access::Untouched);
  auto sql = SqlConnection::open(history, Access::ReadWrite);
  if (!sql) return sql;
  sql->leaveLogOnClose();
  // Its index is in memory then: https://sqlite.org/wal.html#use_of_wal_without_shared_memory
  if (auto done = sql->run("PRAGMA query_only = ON; PRAGMA locking_mode = EXCLUSIVE"); !done) return fail(done.error());
  return sql;
}

}  // namespace

fs::path historyFile(const fs::path& dataDir) {
  return fileOf(dataDir, kHistory, std::max<std::uint64_t>(1, currentNumber(dataDir)));
}

fs::path derivedFile(const fs::path& dataDir, std::string_view kind) {
  return fileOf(dataDir, kind, std::max<std::uint64_t>(1, currentNumber(dataDir)));
}

bool isHistory(const fs::path& file, const fs::path& dataDir) {
  std::error_code error;
  return fs::equivalent(file, historyFile(dataDir), error);
}

std::uint64_t databaseBytes(const fs::path& dataDir) { return bytesWithLog(historyFile(dataDir)); }

std::uint64_t bytesWithLog(const fs::path& database) { return bytesIn(database) + bytesIn(withSuffix(database, "-wal")); }

Result<SqlConnection> openHistory(const fs::path& dataDir, Access access) {
  const std::uint64_t number = std::max<std::uint64_t>(1, currentNumber(dataDir));
  auto sql = SqlConnection::open(fileOf(dataDir, kHistory, number), access);
  if (sql) sql->goesWhenThereIs(fileOf(dataDir, kHistory, number + 1));
  return sql;
}

Result<Inherited> lookAtHistory(const fs::path& dataDir) {
  const fs::path history = historyFile(dataDir);
  auto sql = SqlConnection::open(history, Access::ReadOnly);
  const auto readable = sql ? sql->integer("PRAGMA schema_version") : fail(sql.error());
  if (!readable) sql = openWithoutRoom(history);
  if (!sql) return fail(sql.error());
  if (const auto version = readVersion(*sql); !version) return fail(version.error());
  Inherited found;
  auto numbering = sql->prepare("SELECT next_exchange, next_connection FROM history WHERE id = 1");
  if (!numbering) return fail(numbering.error());
  numbering->bind();
  const auto read = numbering->each([&] {
    found.nextExchange = ExchangeId{numbering->natural(0)};
    found.nextConnection = ConnectionId{numbering->natural(1)};
    return false;
  });
  if (!read) return fail(read.error());
  auto settings = readKeptSettings(*sql);
  if (!settings) return fail(settings.error());
  found.settings = std::move(*settings);
  return found;
}

Result<void> beginNextHistory(const fs::path& dataDir, const Inherited& inherited) {
  const fs::path next = fileOf(dataDir, kHistory, currentNumber(dataDir) + 1);
  const fs::path part = withSuffix(next, kPart);
  std::error_code error;
  fs::remove(part, error);
  auto made = error ? fail(fileError(error.value(), utf8(part))) : make(part, inherited);
  if (made) fs::rename(part, next, error);
  if (made && !error) return {};
  std::error_code ignored;
  fs::remove(part, ignored);
  if (made) return fail(fileError(error.value(), utf8(next)));
  return made.error().code == Code::NoSpace ? SqlConnection::create(next) : made;
}

std::vector<ClearedFile> clearedFiles(const fs::path& dataDir) {
  const std::uint64_t current = currentNumber(dataDir);
  std::vector<ClearedFile> files = clearedByEarlierPrograms(dataDir);
  eachFile(dataDir, [&](const fs::path& file, const Name& name) {
    if (!name.part && name.number >= current) return;
    files.push_back({file, name.number, name.kind == kHistory && name.suffix.empty() && !name.part});
  });
  std::sort(files.begin(), files.end(), [](const ClearedFile& a, const ClearedFile& b) {
    // What is in a folder goes before it.
    return std::tuple(a.number, !a.isHistory, b.file) < std::tuple(b.number, !b.isHistory, a.file);
  });
  return files;
}

}  // namespace sluice::store
