#include "core/store/filter_sql.h"

#include "core/base/limits.h"
#include "core/filter/parser.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

// A small history in which every field has something to tell.
struct Fixture {
  History history;
  std::optional<Reader> reader;

  Fixture() {
    if (!history.start()) std::abort();
    Recorder& recorder = *history.recorder;
    recorder.record(capture::ConnectionOpened{ConnectionId{1}, wall(5), "127.0.0.1:5555", "regular 127.0.0.1:8080"});
    recorder.record(started(1, "api.example.test"));
    recorder.record(responded(1, 200));
    recorder.record(chunk(1, "hello To"));
    recorder.record(chunk(1, "ken world"));
    recorder.record(ended(1, 17));
    auto post = started(2, "API.Example.test");
    post.method = "POST";
    post.requestHead = "POST / HTTP/1.1\r\nHost: x\r\nX-Id: 77\r\nContent-Type: application/json\r\n\r\n";
    recorder.record(std::move(post));
    recorder.record(chunk(2, "{\"secret\":1}", capture::Direction::Request));
    recorder.record(responded(2, 404));
    recorder.record(ended(2, 0));
    recorder.record(started(3, "other.test"));
    recorder.record(ended(3, 0, Error{Code::ConnectionRefused, Side::Upstream, 111, "other.test:80"}));
    recorder.record(started(4, "slow.test"));
    auto tunnel = started(5, "tunnel.test");
    tunnel.kind = capture::Kind::Tunnel;
    recorder.record(std::move(tunnel));
    auto end = ended(5, 5'000'000);
    end.phases.finishedUs = 3'000'000;
    recorder.record(std::move(end));
    recorder.flush();
    if (!recorder.annotate({ExchangeId{2}}, {Mark::Red, std::nullopt})) std::abort();
    if (!recorder.annotate({ExchangeId{5}}, {Mark::Blue, "Look (here)"})) std::abort();
    reader = history.reader();
  }

  // Numbers of the exchanges that the filter shows.
  std::string shown(std::string_view text) {
    const auto node = filter::parse(text);
    if (!node) return node.error().message;
    if (auto done = reader->show(*node); !done) return describe(done.error());
    std::string all;
    const auto page = reader->ids(ExchangeId{}, 100);
    if (!page) return describe(page.error());
    for (const ExchangeId id : page->ids) all += std::to_string(id.value);
    std::string rows;
    const auto newest = reader->newest(100).value();
    for (const auto& row : newest) rows += std::to_string(row.id.value);
    std::string changed;
    const auto changes = reader->changesSince(0, 100).value();
    for (const ExchangeId id : changes.ids) changed += std::to_string(id.value);
    if (changes.ids.size() + changes.hidden.size() != 5) return "changes are missing";
    return rows == all && changed == all ? all : "ids " + all + ", rows " + rows + ", changes " + changed;
  }
};

struct Row {
  const char* filter;
  const char* shown;
};

}  // namespace

SLUICE_TEST(showsWhatEachFieldSays) {
  Fixture f;
  for (const Row& row : {
           Row{"", "12345"}, {"host~api", "12"}, {"host~^a.*test$", "12"}, {"host=api.example.test", "12"}, {"host=api", ""},
           {"host!=api.example.test", "345"}, {"host!~api", "345"}, {"method=post", "2"}, {"method~^p", "2"},
           {"path~q=3", "3"}, {"url~other", "3"}, {"example", "12"}, {"\"?q=4\"", "4"}, {"scheme=http", "12345"},
           {"type~plain", "12"}, {"status=404", "2"}, {"status>=200 status<300", "1"}, {"status<999", "12"}, {"status=0", "345"},
           {"port=80", "12345"}, {"port>80", ""}, {"id>=4", "45"}, {"size=17", "1"}, {"size>1M", "5"}, {"request.size=0", "12345"},
           {"duration>=3s", "5"}, {"duration<1ms", "123"}, {"state=running", "4"}, {"state=cutoff", "3"}, {"state=failed", ""},
           {"state=complete", "125"},
           {"kind=tunnel", "5"}, {"kind=http", "1234"}, {"side=upstream", "3"}, {"side=local", ""}, {"error~refused", "3"},
           {"client~5555", "12345"}, {"program~.", ""}, {"upstream~:9", "1235"}, {"header~x-id", "2"}, {"header~^x-id:.77$", "2"},
           {"request.header~\"^content-type: text\"", ""}, {"response.header~\"^content-type: text\"", "12"},
           {"body~token", "1"}, {"body~\"token w.r\"", "1"}, {"request.body~secret", "2"}, {"response.body~secret", ""},
           {"body!~token", "2345"}, {"~marked", "25"}, {"!~marked", "134"}, {"mark=red", "2"}, {"mark=none", "134"},
           {"mark!=blue", "1234"}, {"comment~here", "5"}, {"~comment ^look", "5"},
           {"comment=\"look (HERE)\"", "5"}, {"comment=\"\"", "1234"},
       }) {
    QCOMPARE(row.filter + (" -> " + f.shown(row.filter)), row.filter + std::string(" -> ") + row.shown);
  }
}

SLUICE_TEST(combinesTerms) {
  Fixture f;
  for (const Row& row : {
           Row{"host~api & status=404", "2"}, {"host~api | host~slow", "124"}, {"!(host~api | host~slow)", "35"},
           {"host~api !status=404 | kind=tunnel", "15"}, {"~q", "345"}, {"~s", "12"}, {"~e", "3"}, {"~a", ""}, {"~t json", "2"},
           {"~t plain", "12"}, {"~http ~q", "34"}, {"~tcp", "5"}, {"~all", "12345"}, {"~b token | ~bq secret", "12"}, {"~websocket", ""},
           {"host~other & body~x", ""}, {"body~token & host~other", ""}, {"!!id=1", "1"},
       }) {
    QCOMPARE(row.filter + (" -> " + f.shown(row.filter)), row.filter + std::string(" -> ") + row.shown);
  }
}

SLUICE_TEST(takesAnyTextAsAValue) {
  Fixture f;
  for (const char* filter : {"host=\"'; DROP TABLE exchange; --\"", "url=\"\xff\xfe\"", "host~\"[^a-z.]\"", "\"%_\""}) {
    QCOMPARE(f.shown(filter), std::string());
  }
  std::string many = "id=1";
  for (int i = 0; i < 199; ++i) many += i % 2 == 0 ? " | host~zz" : " | id=2";
  QCOMPARE(f.shown(many), std::string("12"));
  // As deep as a filter may be, with the deepest of the terms inside.
  std::string deep = "host~api";
  for (std::size_t i = 0; i + 1 < limits::kFilterDepthMax; ++i) deep = "(id=3 | id<9 " + deep + ")";
  QCOMPARE(f.shown(deep), std::string("123"));
  std::string negated = "header~x-id";
  for (std::size_t i = 0; i + 2 < limits::kFilterDepthMax; i += 2) negated = "!(id=3 | id<9 " + negated + ")";
  QCOMPARE(f.shown(negated).substr(0, 3), std::string("145"));
}

SLUICE_TEST(stopsInTimeWhereEachRowCosts) {
  Fixture f;
  VERIFY_OK(f.reader->show(*filter::parse("body~token | body~secret")));
  std::string all;
  IdPage page;
  int pages = 0;
  do {
    page = f.reader->ids(page.upTo, 100, std::chrono::milliseconds(0)).value();
    for (const ExchangeId id : page.ids) all += std::to_string(id.value);
    ++pages;
  } while (page.more && pages < 100);
  QCOMPARE(all, std::string("12"));
  QCOMPARE(pages, 6);
}

SLUICE_TEST(tellsWhichChangesAFilterHides) {
  Fixture f;
  VERIFY_OK(f.reader->show(*filter::parse("state=running")));
  const auto before = f.reader->changesSince(0, 100).value();
  QCOMPARE(before.ids.size(), std::size_t(1));
  f.history.recorder->record(ended(4));
  f.history.recorder->flush();
  const auto after = f.reader->changesSince(before.version, 100).value();
  QVERIFY(after.ids.empty());
  QCOMPARE(after.hidden.size(), std::size_t(1));
  QCOMPARE(after.hidden[0].value, 4u);
}
