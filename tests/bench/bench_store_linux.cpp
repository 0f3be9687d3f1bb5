// What recording costs: exchanges a second through the recorder, beside what SQLite itself reaches with the same rows
// through bare prepared statements, and with the same bytes as one blob a row, in the same run. Then what a history of
// --rows=N rows (a million by default), each with a body of some hundred bytes of text, costs to read: one page, the changes since a
// version, one exchange, lists under filters and sorts, searches; and what memory an engine over it and this reader take together.
//
//   bench_store [--rows=N] [--exchanges=N] [--dir=FOLDER] [--history=FOLDER]    the folder should be on a real disk; the history is
//   kept there, and read again when it is there already: then nothing is recorded
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include "core/base/limits.h"
#include "core/filter/parser.h"
#include "core/store/database.h"
#include "core/store/reader.h"
#include "core/store/recorder.h"
#include "core/store/search_builder.h"
#include "core/store/search_index.h"
#include "core/store/sort_builder.h"
#include "core/store/sort_index.h"
#include "core/store/sql_connection.h"
#include "tests/support/process.h"

namespace {

using namespace sluice;
using namespace sluice::store;
using test::Process;
using test::residentBytes;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

struct Options {
  std::uint64_t rows = 1'000'000;
  std::uint64_t exchanges = 100'000;
  fs::path dir = fs::temp_directory_path();
  fs::path history;
};

[[noreturn]] void die(const Error& error) {
  std::fprintf(stderr, "bench_store: %s\n", describe(error).c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error());
  return std::move(*result);
}
void must(const Result<void>& result) {
  if (!result) die(result.error());
}

class Folder {
 public:
  explicit Folder(const fs::path& in) {
    std::random_device random;
    do {
      path_ = in / ("bench-store-" + std::to_string(random()));
    } while (!fs::create_directory(path_));
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

double seconds(Steady::time_point from) { return std::chrono::duration<double>(Steady::now() - from).count(); }

// One exchange as a browser makes it.
struct Sample {
  capture::ExchangeStarted start;
  capture::ResponseStarted response;
  std::string body;
  capture::ExchangeEnded end;
};

Sample sample(std::uint64_t id, std::string body) {
  Sample s;
  s.start.exchange = ExchangeId{id};
  s.start.connection = ConnectionId{1};
  s.start.at = WallTime(Micros(1'700'000'000'000'000 + std::int64_t(id) * 50));
  s.start.method = "GET";
  s.start.scheme = "http";
  s.start.host = "host" + std::to_string(id % 50) + ".example.com";
  s.start.port = 80;
  s.start.path = "/assets/app.js?v=" + std::to_string(id);
  s.start.url = "http://" + s.start.host + s.start.path;
  s.start.requestHead = "GET " + s.start.path + " HTTP/1.1\r\nHost: " + s.start.host +
                        "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0\r\n"
                        "Accept: */*\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n";
  s.response = {ExchangeId{id}, id % 23 == 0 ? 404 : 200, "application/javascript",
                "HTTP/1.1 200 OK\r\nServer: nginx/1.24.0\r\nContent-Type: application/javascript\r\n"
                "Content-Length: 1024\r\nETag: \"66599680-bc55\"\r\nCache-Control: public, max-age=31536000\r\n\r\n"};
  s.body = std::move(body);
  s.end.exchange = ExchangeId{id};
  s.end.at = s.start.at;
  s.end.phases = {.resolvedUs = -1, .connectedUs = 90, .requestSentUs = 150, .responseHeadUs = 2150, .finishedUs = 2400};
  s.end.response = {s.body.size(), s.body.size()};
  s.end.upstreamAddress = "127.0.0.1:8081";
  return s;
}

std::string sameLetters(std::uint64_t id, std::size_t bytes) { return std::string(bytes, char('a' + id % 26)); }

// JSON as an API answers, 200 to 1000 bytes: of 8000 words, the common ones often, and of numbers of its own.
std::string answer(std::uint64_t id) {
  constexpr const char* kSyllables[] = {"ba", "den", "ko", "lu",  "mir", "no",  "pas", "ri",  "sol", "ta",
                                        "ve", "wex", "zu", "fa", "gol", "hi", "jen", "qua", "rox", "tri"};
  std::mt19937_64 random(id);
  const auto word = [&] {
    const double share = double(random() % 1'000'000) / 1e6;
    const auto which = std::size_t(8000 * share * share * share);
    return std::string(kSyllables[which % 20]) + kSyllables[which / 20 % 20] + kSyllables[which / 400];
  };
  std::string text = "{\"id\":" + std::to_string(id) + ",\"token\":\"t" + std::to_string(random()) + "\",\"title\":\"" + word() + ' ' +
                     word() + "\",\"tags\":[\"" + word() + "\",\"" + word() + "\"],\"text\":\"";
  for (std::size_t left = 100 + random() % 800; left > 10; left -= std::min<std::size_t>(left, 8)) text += word() + ' ';
  return text + "\"}";
}

// Exchanges a second; waits where the engine would lose bodies, so that every byte is written.
template <class MakeBody>
double recorded(const fs::path& folder, std::uint64_t exchanges, MakeBody makeBody) {
  auto recorder = must(Recorder::start(must(Database::open(folder, WallTime())), {}));
  const auto begun = Steady::now();
  for (std::uint64_t id = 1; id <= exchanges; ++id) {
    Sample s = sample(id, makeBody(id));
    while (id % 64 == 0 && recorder->status().queuedBytes > limits::kRecorderQueueBytesMax / 2) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    recorder->record(std::move(s.start));
    recorder->record(std::move(s.response));
    recorder->record(capture::BodyChunk{ExchangeId{id}, capture::Direction::Response, std::move(s.body)});
    recorder->record(std::move(s.end));
  }
  recorder->flush();
  const double rate = double(exchanges) / seconds(begun);
  const auto status = recorder->status();
  if (status.refusedBodyBytes + status.droppedExchanges + status.ignoredRecords > 0) std::printf("  RECORDS WERE LOST\n");
  return rate;
}

double throughRecorder(const fs::path& folder, std::uint64_t exchanges, std::size_t bodyBytes) {
  return recorded(folder, exchanges, [bodyBytes](std::uint64_t id) { return sameLetters(id, bodyBytes); });
}

constexpr std::uint64_t kRowsATransaction = limits::kRecorderBatchRecords / 4;

// The same rows in the same tables, from one thread that does nothing else.
double throughBareStatements(const fs::path& folder, std::uint64_t exchanges, std::size_t bodyBytes) {
  Database database = must(Database::open(folder, WallTime()));
  SqlConnection& sql = database.sql();
  must(sql.run("INSERT INTO session VALUES (1, 0, NULL)"));
  auto exchange = must(sql.prepare(
      "INSERT INTO exchange (id, version, session, connection, kind, state, method, url, scheme, host, port, path, status, content_type,"
      " started_us, connected_us, request_sent_us, response_head_us, finished_us, request_bytes, request_stored_bytes, request_place,"
      " response_bytes, response_stored_bytes, response_place, error_code, error_side, error_system, error_detail, upstream_address,"
      " upstream_reused) VALUES (?1, ?2, 1, 1, 0, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
      " 0, 0, 0, ?16, ?16, 1, 0, 0, 0, '', ?17, 0)"));
  auto head = must(sql.prepare("INSERT INTO head VALUES (?1, ?2, ?3, x'', x'', x'', ?4)"));
  auto piece = must(sql.prepare("INSERT INTO body_piece (exchange, direction, bytes) VALUES (?1, 1, ?2)"));
  const auto begun = Steady::now();
  for (std::uint64_t id = 1; id <= exchanges; ++id) {
    const Sample s = sample(id, sameLetters(id, bodyBytes));
    if (id % kRowsATransaction == 1) must(sql.run("BEGIN IMMEDIATE"));
    must(exchange.run(id, id / kRowsATransaction, s.start.method, s.start.url, s.start.scheme, s.start.host,
                      int{s.start.port}, s.start.path, s.response.status, s.response.contentType, s.start.at,
                      s.end.phases.connectedUs, s.end.phases.requestSentUs, s.end.phases.responseHeadUs,
                      s.end.phases.finishedUs, std::uint64_t{bodyBytes}, s.end.upstreamAddress));
    const bool beside = bodyBytes <= limits::kBesideHeadsBytesMax;
    must(head.run(id, Blob{s.start.requestHead}, Blob{s.response.responseHead}, Blob{beside ? s.body : std::string()}));
    if (!beside) must(piece.run(id, Blob{s.body}));
    if (id % kRowsATransaction == 0 || id == exchanges) must(sql.run("COMMIT"));
  }
  return double(exchanges) / seconds(begun);
}

// The same bytes, as one blob a row in a table without any index: nothing could be asked of it.
double throughBlobs(const fs::path& folder, std::uint64_t exchanges, std::size_t bodyBytes) {
  Database database = must(Database::open(folder, WallTime()));
  SqlConnection& sql = database.sql();
  must(sql.run("CREATE TABLE plain (id INTEGER PRIMARY KEY, bytes BLOB)"));
  auto insert = must(sql.prepare("INSERT INTO plain VALUES (?1, ?2)"));
  const auto begun = Steady::now();
  for (std::uint64_t id = 1; id <= exchanges; ++id) {
    const Sample s = sample(id, sameLetters(id, bodyBytes));
    if (id % kRowsATransaction == 1) must(sql.run("BEGIN IMMEDIATE"));
    const std::string row = s.start.method + s.start.url + s.start.host + s.start.path + s.response.contentType +
                            s.end.upstreamAddress + s.start.requestHead + s.response.responseHead + s.body;
    must(insert.run(id, Blob{row}));
    if (id % kRowsATransaction == 0 || id == exchanges) must(sql.run("COMMIT"));
  }
  return double(exchanges) / seconds(begun);
}

void compareRates(const Options& options, std::size_t bodyBytes, std::uint64_t exchanges) {
  using Way = double (*)(const fs::path&, std::uint64_t, std::size_t);
  const Way ways[] = {throughBlobs, throughBareStatements, throughRecorder};
  const char* names[] = {"one blob a row", "bare statements", "recorder"};
  double best[] = {0, 0, 0};
  double leastCpu[] = {1e9, 1e9, 1e9};  // microseconds an exchange, of all threads; other programs disturb it less
  for (int round = 0; round < 3; ++round) {
    for (std::size_t way = 0; way < 3; ++way) {
      const Folder folder(options.dir);
      const std::clock_t begun = std::clock();
      best[way] = std::max(best[way], ways[way](folder.path(), exchanges, bodyBytes));
      const double cpu = 1e6 * double(std::clock() - begun) / CLOCKS_PER_SEC / double(exchanges);
      leastCpu[way] = std::min(leastCpu[way], cpu);
    }
  }
  std::printf("%zu byte bodies, %llu exchanges, best of 3\n", bodyBytes, static_cast<unsigned long long>(exchanges));
  for (std::size_t way = 0; way < 3; ++way) {
    std::printf("  %-18s %9.0f exchanges/s   %6.1f us of processor each\n", names[way], best[way], leastCpu[way]);
  }
  std::printf("  the recorder reaches %.0f %% of bare statements, %.0f %% of blobs\n", 100 * best[2] / best[1],
              100 * best[2] / best[0]);
}

template <class Work>
void timed(const char* what, int rounds, Work work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begun = Steady::now();
    work(i);
    times.push_back(seconds(begun) * 1000);
  }
  std::sort(times.begin(), times.end());
  std::printf("  %-34s %8.3f ms median, %8.3f ms worst of %d\n", what, times[times.size() / 2], times.back(), rounds);
}

constexpr std::size_t kAListAtOnce = 50'000;
constexpr auto kStep = std::chrono::milliseconds(8);

// A list as the window fills it.
struct Filled {
  std::vector<double> steps;  // milliseconds
  double firstMs = -1;        // until there were a hundred, or all

  void add(double ms, std::size_t ids, bool more) {
    steps.push_back(ms);
    if (firstMs < 0 && (ids >= 100 || !more)) firstMs = std::accumulate(steps.begin(), steps.end(), 0.0);
  }
  std::string text() const {
    char text[160];
    std::snprintf(text, sizeof text, "the first hundred after %.1f ms, all after %.1f ms; %zu steps, the longest %.1f ms", firstMs,
                  std::accumulate(steps.begin(), steps.end(), 0.0), steps.size(), *std::max_element(steps.begin(), steps.end()));
    return text;
  }
};

Filled fillIds(Reader& reader) {
  Filled filled;
  std::size_t ids = 0;
  IdPage page;
  do {
    const auto begun = Steady::now();
    page = must(reader.ids(page.upTo, kAListAtOnce, kStep));
    ids += page.ids.size();
    filled.add(1000 * seconds(begun), ids, page.more);
  } while (page.more);
  return filled;
}

Filled fillSorted(Reader& reader, const filter::Node& node, SortOrder order) {
  Filled filled;
  std::size_t ids = 0;
  SortedPage page;
  auto begun = Steady::now();
  must(reader.show(node));
  do {
    page = must(reader.sorted(order, page.upTo, kAListAtOnce, kStep));
    ids += page.ids.size();
    filled.add(1000 * seconds(begun), ids, page.more);
    begun = Steady::now();
  } while (page.more);
  return filled;
}

void filterLargeHistory(Reader& reader) {
  for (const char* text : {"host~host7\\.", "host~host7\\. status>=400", "host=host7.example.com", "status=404", "path~v=77777",
                           "host~host7 | method=POST", "header~firefox/115 id>990000"}) {
    must(reader.show(*filter::parse(text)));
    std::size_t found = 0;
    timed(("first 100 of " + std::string(text)).c_str(), 5, [&](int) { must(reader.newest(100)); });
    timed(("every id of " + std::string(text)).c_str(), 3, [&](int) { found = must(reader.ids(ExchangeId{}, SIZE_MAX)).ids.size(); });
    const Filled filled = fillIds(reader);
    std::printf("    %zu found; filling in steps: %s\n", found, filled.text().c_str());
  }
  must(reader.show({}));
}

// Through the index, with what it costs to build and to keep.
void searchLargeHistory(const fs::path& folder, Reader& reader) {
  const auto totals = must(reader.totals());
  SearchBuilder builder(folder);
  const auto begun = Steady::now();
  double longest = 0;
  for (bool more = true; more;) {
    const auto step = Steady::now();
    more = must(builder.step());
    longest = std::max(longest, seconds(step));
  }
  const double taken = seconds(begun);
  std::error_code error;
  const auto bytes = fs::file_size(searchFile(folder), error);
  std::printf("search index: %.0f exchanges/s, longest step %.0f ms, %.0f bytes an exchange\n", double(totals.exchanges) / taken,
              longest * 1000, double(bytes) / double(totals.exchanges));
  for (const char* text : {"\"v=77777\"", "path~v=77777", "\"host3.example.com/assets/app.js?v=424203\"",
                           "header~\"GET /assets/app.js.v=123456 \"", "body~needle", "header~firefox/115 id>990000", "firefox",
                           "body~\"id\\\":424242,\"", "body~zugoltri", "body~badenko status>=400"}) {
    const auto node = *filter::parse(text);
    timed(("search and first 100 of " + std::string(text)).c_str(), 3, [&](int) {
      must(reader.show({}));
      must(reader.show(node));
      must(reader.newest(100));
    });
    std::size_t found = 0;
    timed("  and every id", 1, [&](int) { found = must(reader.ids(ExchangeId{}, SIZE_MAX)).ids.size(); });
    std::printf("    %zu found; filling in steps: %s\n", found, fillIds(reader).text().c_str());
  }
}

std::vector<ExchangeId> wholeList(Reader& reader, SortOrder order) {
  std::vector<ExchangeId> ids;
  std::optional<SortEntry> after;
  for (bool more = true; more;) {
    const auto page = must(reader.sorted(order, after, 20'000));
    ids.insert(ids.end(), page.ids.begin(), page.ids.end());
    after = page.upTo;
    more = page.more;
  }
  return ids;
}

// By columns, with what their index costs to build and to keep.
void sortLargeHistory(const fs::path& folder, Reader& reader) {
  const auto totals = must(reader.totals());
  SortBuilder builder(folder);
  const auto begun = Steady::now();
  while (must(builder.step())) {
  }
  std::error_code error;
  std::printf("index for sorting: %.0f exchanges/s, %.0f bytes an exchange\n", double(totals.exchanges) / seconds(begun),
              double(fs::file_size(sortFile(folder), error)) / double(totals.exchanges));
  constexpr std::pair<SortColumn, const char*> kColumns[] = {
      {SortColumn::Host, "host"}, {SortColumn::Path, "path"}, {SortColumn::Status, "status"}, {SortColumn::Duration, "duration"}};
  for (const char* text : {"", "status=404", "host=host7.example.com", "path~v=77777", "path~v=.*77777", "status=999",
                           "header~needle.less"}) {
    for (const auto& [column, name] : kColumns) {
      must(reader.show({}));
      const auto filled = fillSorted(reader, *filter::parse(text), {column, true});
      std::printf("  a new sort by %-9s \"%s\": %s\n", name, text, filled.text().c_str());
    }
  }
  must(reader.show({}));
  const SortOrder order{SortColumn::Path, true};
  std::vector<ExchangeId> list;
  timed("every id by path", 3, [&](int) { list = wholeList(reader, order); });
  std::optional<SortEntry> after;
  timed("100 by path, page after page", 100, [&](int) { after = must(reader.sorted(order, after, 100)).upTo; });
  std::mt19937_64 random(2);
  timed("100 rows at any position by path", 100, [&](int) {
    const std::size_t at = random() % (list.size() - 100);
    must(reader.rows(std::span(list).subspan(at, 100)));
  });
  timed("the place of a row", 100, [&](int) {
    const ExchangeId id = list[random() % list.size()];
    must(reader.places(order, list.size(), [&list](std::size_t row) { return list[row]; }, std::span(&id, 1)));
  });
}

void recordLargeHistory(const fs::path& folder, std::uint64_t rows) {
  std::uint64_t bodyBytes = 0;
  const double rate = recorded(folder, rows, [&](std::uint64_t id) {
    std::string body = answer(id);
    bodyBytes += body.size();
    return body;
  });
  const auto bytes = fs::file_size(folder / "history.db");
  std::printf("%llu rows with small bodies: %.0f exchanges/s, %.0f bytes an exchange, %.0f of them its body\n",
              static_cast<unsigned long long>(rows), rate, double(bytes) / double(rows), double(bodyBytes) / double(rows));
}

// Of an engine that has this history open, its workers, and this process, which has all ids of a list and looks through it.
void weighProcesses(const fs::path& folder) {
  Process engine(fs::canonical("/proc/self/exe").replace_filename("sluiced").string(),
                 {"--data-dir", folder.string(), "--listen", "regular@127.0.0.1:0"});
  if (!engine.lineThatBegins("listening ")) return void(std::printf("the engine does not start: %s\n", engine.errors().c_str()));
  std::uint64_t engineMost = 0, oursMost = 0;
  const auto weigh = [&] {
    engineMost = std::max(engineMost, residentBytes(engine.id()));
    oursMost = std::max(oursMost, residentBytes(getpid()) - residentBytes(engine.id()));
  };
  auto reader = must(Reader::open(folder));
  const auto all = must(reader.ids(ExchangeId{}, SIZE_MAX)).ids;
  for (std::size_t at = 0; at < all.size(); at += std::max<std::size_t>(1, all.size() / 100)) {
    must(reader.rows(std::span(all).subspan(at, std::min<std::size_t>(100, all.size() - at))));
  }
  weigh();
  for (const char* text : {"host=host7.example.com status>=400", "body~zugoltri"}) {
    must(reader.show(*filter::parse(text)));
    fillIds(reader);
    weigh();
  }
  std::printf("memory: the engine and its workers %.0f MB, this process %.0f MB, together %.0f MB at most (goal 500)\n",
              double(engineMost) / 1e6, double(oursMost) / 1e6, double(engineMost + oursMost) / 1e6);
}

void readLargeHistory(const Options& options, const fs::path& folder) {
  std::mt19937_64 random(1);
  const auto anywhere = [&] { return ExchangeId{1 + random() % options.rows}; };
  timed("open for writing", 3, [&](int) { must(Database::open(folder, WallTime())); });
  timed("open for reading", 20, [&](int) { must(Reader::open(folder)); });
  auto reader = must(Reader::open(folder));
  timed("totals", 100, [&](int) { must(reader.totals()); });
  timed("newest 100 rows", 100, [&](int) { must(reader.newest(100)); });
  timed("100 rows from anywhere", 100, [&](int) { must(reader.from(anywhere(), 100)); });
  timed("100 rows by ids from anywhere", 100, [&](int) {
    std::vector<ExchangeId> ids(100);
    for (ExchangeId& id : ids) id = anywhere();
    must(reader.rows(ids));
  });
  timed("one exchange with its heads", 100, [&](int) { must(reader.exchange(anywhere())); });
  const std::uint64_t version = must(reader.totals()).version;
  timed("changes since the last commit", 100, [&](int) { must(reader.changesSince(version - 1, 10'000)); });
  timed("10,000 changes since the beginning", 20, [&](int) { must(reader.changesSince(0, 10'000)); });
  timed("every id", 3, [&](int) { must(reader.ids(ExchangeId{}, SIZE_MAX)); });
  filterLargeHistory(reader);
  sortLargeHistory(folder, reader);
  searchLargeHistory(folder, reader);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = argument.substr(std::min(argument.size(), argument.find('=') + 1));
    if (argument.rfind("--rows=", 0) == 0) options.rows = std::stoull(value);
    else if (argument.rfind("--exchanges=", 0) == 0) options.exchanges = std::stoull(value);
    else if (argument.rfind("--dir=", 0) == 0) options.dir = value;
    else if (argument.rfind("--history=", 0) == 0) options.history = value;
    else return std::fprintf(stderr, "usage: bench_store [--rows=N] [--exchanges=N] [--dir=FOLDER] [--history=FOLDER]\n"), 2;
  }
  if (fs::exists(options.history / "history.db")) {
    readLargeHistory(options, options.history);
    weighProcesses(options.history);
    return 0;
  }
  compareRates(options, 1024, options.exchanges);
  compareRates(options, 64 * 1024, options.exchanges / 20);
  const Folder temporary(options.dir);
  const fs::path folder = options.history.empty() ? temporary.path() : options.history;
  fs::create_directories(folder);
  recordLargeHistory(folder, options.rows);
  readLargeHistory(options, folder);
  weighProcesses(folder);
  return 0;
}
