// Random filters over random exchanges: SQL and the indexes show what a plain evaluation of the tree shows, listed, in changes, and in
// every order. --seed=N repeats one run, --count=N makes it longer.
#include <algorithm>
#include <random>

#include "core/filter/parser.h"
#include "core/filter/pattern.h"
#include "core/store/search_builder.h"
#include "core/store/sort_builder.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using filter::Field;
using filter::Node;
using filter::Op;
using filter::Term;
using Ids = std::vector<ExchangeId>;

constexpr std::uint64_t kExchanges = 120;

const char* const kTerms[] = {
    "api", "example", "\"q=7\"", "url~\"host[12]\"", "url~^http://api", "host=API.test",
    "host~host", "host!=api.test", "host~^$", "path~q=1",
    "path~\"q=(1|22)\"", "method=post", "method~^p", "method!=GET", "scheme=https", "scheme~http", "type~json", "type=text/plain",
    "error~.",
    "error~refused", "client~5555", "program~curl", "program=/usr/bin/curl", "upstream~127", "header~\"x-id: 1\"", "header~nothing.there",
    "request.header~^post", "response.header~content-type", "response.header~\"404\"", "body~needle", "body~NEED", "body~\"n.edle\"",
    "request.body~needle", "response.body~hay", "body~\"zzz zzz\"", "id=7", "id>60", "id<=20", "id!=5", "status=404", "status>=400",
    "status<300",
    "status=0", "status!=200", "port=80", "port>100", "size>1k", "size=0", "size<=17", "request.size>0", "duration>1ms", "duration<=500us",
    "duration=0", "state=running", "state=complete", "state!=failed", "state=cutoff", "kind=tunnel", "kind!=tunnel", "side=upstream",
    "side!=client", "~e", "~q", "~s", "~c 404", "~m post", "~t json", "~a"};

Node randomNode(std::mt19937& random, int depth) {
  const auto any = [&](std::size_t count) { return std::size_t(random() % count); };
  if (depth == 0 || any(3) == 0) return *filter::parse(kTerms[any(std::size(kTerms))]);
  Node a = randomNode(random, depth - 1);
  if (any(4) == 0) return Node::negation(std::move(a));
  Node b = randomNode(random, depth - 1);
  // As the parser has it: what belongs together stands side by side. Its own text is the way there.
  Node node = any(2) == 0 ? Node::both(std::move(a), std::move(b)) : Node::either(std::move(a), std::move(b));
  const auto parsed = filter::parse(filter::toText(node));
  return parsed ? *parsed : node;
}

struct Exchange {
  ExchangeDetails details;
  std::string bodies[2];
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text;
}

std::string withoutReturns(std::string text) {
  std::erase(text, '\r');
  return text;
}

std::vector<std::string> textsOf(const Exchange& exchange, Field field) {
  const ExchangeDetails& details = exchange.details;
  const ExchangeRow& row = details.row;
  const std::string request = withoutReturns(details.requestHead), response = withoutReturns(details.responseHead);
  switch (field) {
    case Field::Url: return {row.url};
    case Field::Host: return {row.host};
    case Field::Path: return {row.path};
    case Field::Method: return {row.method};
    case Field::Scheme: return {row.scheme};
    case Field::Type: return {row.contentType};
    case Field::Client: return {details.clientAddress};
    case Field::Program: return {row.clientProgram};
    case Field::Upstream: return {row.upstreamAddress};
    case Field::Header: return {request, response};
    case Field::RequestHeader: return {request};
    case Field::ResponseHeader: return {response};
    case Field::Body: return {exchange.bodies[0], exchange.bodies[1]};
    case Field::RequestBody: return {exchange.bodies[0]};
    case Field::ResponseBody: return {exchange.bodies[1]};
    case Field::Error: return row.error.code == Code::None ? std::vector<std::string>() : std::vector{describe(row.error)};
    default: return {};
  }
}

// Nothing: there is nothing to be compared.
std::optional<std::int64_t> numberOf(const ExchangeRow& row, const Term& term) {
  switch (term.field) {
    case Field::Id: return std::int64_t(row.id.value);
    case Field::Status: return row.status == 0 && term.op != Op::Equals ? std::nullopt : std::optional<std::int64_t>(row.status);
    case Field::Port: return row.port;
    case Field::Size: return std::int64_t(row.response.bytes);
    case Field::RequestSize: return std::int64_t(row.request.bytes);
    case Field::Duration: return row.phases.finishedUs < 0 ? std::nullopt : std::optional(row.phases.finishedUs);
    case Field::State: return std::int64_t(row.state);
    case Field::Kind: return std::int64_t(row.kind);
    case Field::Side: return row.error.code == Code::None ? std::nullopt : std::optional(std::int64_t(row.error.side));
    default: return std::nullopt;
  }
}

bool passes(const Exchange& exchange, const Term& term) {
  if (term.op == Op::Matches || term.op == Op::Contains) {
    const auto pattern = filter::Pattern::create(term.text);
    const auto texts = textsOf(exchange, term.field);
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return term.op == Op::Contains ? lower(text).find(lower(term.text)) != text.npos : pattern->foundIn(text);
    });
  }
  if (filter::info(term.field).type == filter::FieldType::Text) {
    const auto texts = textsOf(exchange, term.field);
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return lower(text) == lower(term.text); });
  }
  const auto number = numberOf(exchange.details.row, term);
  if (!number) return false;
  switch (term.op) {
    case Op::Less: return *number < term.number;
    case Op::LessOrEqual: return *number <= term.number;
    case Op::Greater: return *number > term.number;
    case Op::GreaterOrEqual: return *number >= term.number;
    default: return *number == term.number;
  }
}

bool passes(const Exchange& exchange, const Node& node) {
  const auto child = [&](const Node& each) { return passes(exchange, each); };
  switch (node.kind) {
    case Node::Kind::Everything: return true;
    case Node::Kind::Term: return passes(exchange, node.term);
    case Node::Kind::Not: return !child(node.children.front());
    case Node::Kind::And: return std::all_of(node.children.begin(), node.children.end(), child);
    case Node::Kind::Or: break;
  }
  return std::any_of(node.children.begin(), node.children.end(), child);
}

void recordRandom(Recorder& recorder, std::mt19937& random) {
  const auto any = [&](std::size_t count) { return std::size_t(random() % count); };
  recorder.record(capture::ConnectionOpened{ConnectionId{1}, wall(5), "127.0.0.1:5555", "regular 127.0.0.1:8080"});
  recorder.record(capture::ClientIdentified{ConnectionId{1}, ExchangeId{1}, 7, "/usr/bin/curl"});
  const char* hosts[] = {"api.test", "API.test", "host1.test", "host2.test", "example.test"};
  const char* bodies[] = {"needle in hay", "NEEDLE", "hay", "zzz", ""};
  for (std::uint64_t id = 1; id <= kExchanges; ++id) {
    auto start = started(id, hosts[any(5)]);
    if (any(3) == 0) start.connection = {};
    if (any(4) == 0) start.method = "POST";
    if (any(5) == 0) start.scheme = "https";
    if (any(6) == 0) start.port = 8443;
    if (any(9) == 0) start.kind = capture::Kind::Tunnel;
    start.requestHead = start.method + " / HTTP/1.1\r\nX-Id: " + std::to_string(id) + "\r\n\r\n";
    recorder.record(std::move(start));
    if (any(3) == 0) recorder.record(chunk(id, bodies[any(5)], capture::Direction::Request));
    if (any(6) == 0) continue;
    auto response = responded(id, any(3) == 0 ? 404 : 200);
    if (any(3) == 0) response.contentType = "application/json";
    if (any(8) != 0) recorder.record(std::move(response));
    recorder.record(chunk(id, bodies[any(5)]));
    auto end = ended(id, any(2) == 0 ? 17 : any(5000), any(6) == 0 ? Error{Code::ConnectionRefused, Side::Upstream, 111, "a:80"} : Error{});
    end.request.bytes = any(3);
    end.response.wireBytes = 100;
    end.phases.finishedUs = std::int64_t(any(4000));
    recorder.record(std::move(end));
  }
  recorder.flush();
}

std::string shown(const Ids& ids) {
  std::string text;
  for (const ExchangeId id : ids) text += std::to_string(id.value) + ' ';
  return text;
}

// Empty: the history shows these, and no others.
std::string wrongWith(Reader& reader, const Node& node, const Ids& wanted, std::mt19937& random) {
  if (auto done = reader.show(node); !done) return describe(done.error());
  const auto atMost = std::chrono::milliseconds(random() % 2 == 0 ? 0 : 1000);
  Ids ids;
  IdPage page;
  do {
    page = reader.ids(page.upTo, 1 + random() % 50, atMost).value();
    ids.insert(ids.end(), page.ids.begin(), page.ids.end());
  } while (page.more);
  if (ids != wanted) return "lists " + shown(ids);
  if (auto changes = reader.changesSince(0, kExchanges).value(); changes.ids != wanted) return "has as changes " + shown(changes.ids);
  const SortOrder order{SortColumn(random() % kSortColumns), random() % 2 == 0};
  Ids sorted;
  SortedPage next;
  do {
    next = reader.sorted(order, next.upTo, 1 + random() % 50, atMost).value();
    sorted.insert(sorted.end(), next.ids.begin(), next.ids.end());
  } while (next.more);
  std::sort(sorted.begin(), sorted.end());
  return sorted == wanted ? std::string() : "sorts " + shown(sorted);
}

}  // namespace

SLUICE_TEST(showsWhatAPlainEvaluationShows) {
  const int count = std::stoi(sluice::test::option("count", "300"));
  const unsigned seed = unsigned(std::stoul(sluice::test::option("seed", std::to_string(std::random_device{}()))));
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  History history;
  VERIFY_OK(history.start());
  recordRandom(*history.recorder, random);
  auto reader = history.reader();
  std::vector<Exchange> exchanges;
  for (std::uint64_t id = 1; id <= kExchanges; ++id) {
    exchanges.push_back({*reader.exchange(ExchangeId{id}).value(),
                         {bodyOf(reader, id, capture::Direction::Request), bodyOf(reader, id, capture::Direction::Response)}});
  }
  SearchBuilder search(history.folder.path());
  SortBuilder sort(history.folder.path());
  for (int i = 0; i < count; ++i) {
    if (i == count / 2) {  // the second half with indexes
      while (search.step().value() || sort.step().value()) {
      }
    }
    const Node node = randomNode(random, 4);
    Ids wanted;
    for (const Exchange& exchange : exchanges) {
      if (passes(exchange, node)) wanted.push_back(exchange.details.row.id);
    }
    const std::string wrong = wrongWith(reader, node, wanted, random);
    QVERIFY2(wrong.empty(), (filter::toText(node) + " shows " + shown(wanted) + "\nbut " + wrong).c_str());
  }
}
