#include "core/har/har_writer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/base/version.h"
#include "core/har/har_text.h"
#include "core/har/har_time.h"
#include "core/store/decoded_body.h"
#include "core/store/raw_head.h"

namespace sluice::har {
namespace {

using capture::Direction;
using store::ExchangeDetails;
using store::ExchangeRow;
using store::RawHead;

constexpr std::size_t kPageRows = 200;
constexpr std::size_t kPageMessages = 512;  // held at once; fewer where they are long, as Reader::messages() has it
constexpr std::size_t kPieceBytes = 64 * limits::kKiB;

std::string member(std::string_view name, std::string_view json) { return '"' + std::string(name) + "\":" + std::string(json); }
std::string text(std::string_view name, std::string_view value) { return member(name, jsonString(value)); }
std::string number(std::string_view name, std::uint64_t value) { return member(name, std::to_string(value)); }
std::string pair(std::string_view name, std::string_view value) { return '{' + text("name", name) + ',' + text("value", value) + '}'; }

std::string list(const std::vector<std::string>& items) {
  std::string json = "[";
  for (const std::string& item : items) json += (json.size() > 1 ? "," : "") + item;
  return json + ']';
}

// What a URI may not hold is written as %XX; a value that is a URI already stays (RFC 3986, 2).
std::string percentEncoded(std::string_view url) {
  constexpr std::string_view kAllowed = "-._~:/?#[]@!$&'()*+,;=%";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
        kAllowed.find(c) != std::string_view::npos;
    if (plain) result += c;
    else (result += '%') += std::string{kHex[byte >> 4], kHex[byte & 15]};
  }
  return result;
}

// RFC 3986, 3.1.
bool hasScheme(std::string_view url) {
  const auto end = url.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  return end != std::string_view::npos && end > 0 && url[end] == ':' && !(url[0] >= '0' && url[0] <= '9');
}

// A request that could not be read has no URL, and HAR insists on one.
std::string uri(std::string_view url) {
  if (url.empty()) return "about:blank";
  return (hasScheme(url) ? "" : "about:blank#") + percentEncoded(url);
}

std::string headers(const RawHead& head) {
  std::vector<std::string> items;
  for (const auto& field : head.fields) items.push_back(pair(field.name, field.value));
  return list(items);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// "a=1; b=2" as pairs.
void addCookies(std::vector<std::string>& items, std::string_view value, bool firstOnly) {
  while (!value.empty()) {
    const auto end = std::min(value.find(';'), value.size());
    const auto one = trimmed(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    const auto equals = std::min(one.find('='), one.size());
    if (!one.empty()) items.push_back(pair(one.substr(0, equals), one.substr(std::min(equals + 1, one.size()))));
    if (firstOnly) return;
  }
}

std::string cookies(const RawHead& head, Direction direction) {
  std::vector<std::string> items;
  const bool request = direction == Direction::Request;
  for (const auto& field : head.fields) {
    std::string name(field.name);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (name == (request ? "cookie" : "set-cookie")) addCookies(items, field.value, !request);
  }
  return list(items);
}

std::string queryString(std::string_view url) {
  std::vector<std::string> items;
  const auto question = url.find('?');
  auto query = question == std::string_view::npos ? std::string_view{} : url.substr(question + 1, url.find('#') - question - 1);
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(one.find('='), one.size());
    items.push_back(pair(one.substr(0, equals), one.substr(std::min(equals + 1, one.size()))));
  }
  return list(items);
}

// "GET /a HTTP/1.1" -> "HTTP/1.1"
std::string_view lastWord(std::string_view line) { return line.substr(std::min(line.rfind(' ') + 1, line.size())); }
// "HTTP/1.1 404 Not Found" -> "HTTP/1.1"
std::string_view firstWord(std::string_view line) { return line.substr(0, std::min(line.find(' '), line.size())); }
std::string_view phrase(std::string_view line) {
  const auto code = line.find(' ');
  const auto end = code == std::string_view::npos ? code : line.find(' ', code + 1);
  return end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
}

// "127.0.0.1:80" -> "127.0.0.1", "[::1]:80" -> "::1"
std::string_view ipAddress(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  return address.substr(0, address.find(':') == address.rfind(':') ? address.find(':') : address.size());
}

// To the microsecond, as a number of JSON.
std::string seconds(WallTime at) {
  const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch().count()));
  const std::string fraction = std::to_string(1'000'000 + micros % 1'000'000);
  return std::to_string(micros / 1'000'000) + '.' + fraction.substr(1);
}

// One exchange of many could not be written: which?
Error naming(const ExchangeRow& row, Error error) {
  constexpr std::size_t kUrlBytesMax = 200;
  std::string url = uri(row.url);
  if (url.size() > kUrlBytesMax) url = url.substr(0, kUrlBytesMax) + "...";
  error.detail = "exchange " + std::to_string(row.id.value) + " (" + url + "): " + error.detail;
  return error;
}

class Writer {
 public:
  Writer(store::Reader& reader, const TextSink& sink, std::uint64_t decodedBytesMax)
      : reader_(reader), sink_(sink), decodedBytesMax_(decodedBytesMax) {}

  Result<Written> all();

 private:
  // What the first of two readings of a body finds out.
  struct Shape {
    bool decoded = true;  // its coding could be undone
    bool text = true;     // and what came out is UTF-8
    std::uint64_t bytes = 0;
  };

  Result<void> page(const std::vector<store::ExchangeRow>& rows);
  Result<void> entry(const ExchangeDetails& details);
  Result<void> request(const ExchangeDetails& details);
  Result<void> response(const ExchangeDetails& details);
  Result<void> messages(ExchangeId id);
  std::string extras(const ExchangeDetails& details) const;
  Result<void> message(const store::MessageRow& message, bool first);
  Result<Shape> look(const ExchangeRow& row, Direction direction, std::string_view head);
  Result<void> content(const ExchangeRow& row, Direction direction, std::string_view head, const Shape& shape);
  Result<void> each(ExchangeId id, Direction direction, std::string_view head, bool decode, const store::BodySink& use);

  store::Reader& reader_;
  const TextSink& sink_;
  const std::uint64_t decodedBytesMax_;
  Written written_;
};

Result<Written> Writer::all() {
  const auto first = reader_.totals();
  if (!first) return fail(first.error());
  auto begun = sink_("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Sluice\"," + text("version", version()) + "},\"entries\":[");
  if (!begun) return fail(begun.error());
  for (ExchangeId next{1};;) {
    const auto rows = reader_.from(next, kPageRows);
    if (!rows) return fail(rows.error());
    if (auto done = page(*rows); !done) return fail(done.error());
    // The reader goes on with whichever history there is now.
    const auto now = reader_.totals();
    if (!now) return fail(now.error());
    if (now->history != first->history) {
      return fail(Side::Local, Code::DatabaseBusy, "the history was cleared or replaced while it was being written; write it again");
    }
    if (rows->empty()) break;
    next = ExchangeId{rows->back().id.value + 1};
  }
  if (auto done = sink_("\n]}}\n"); !done) return fail(done.error());
  return written_;
}

Result<void> Writer::page(const std::vector<store::ExchangeRow>& rows) {
  for (const auto& row : rows) {
    if (row.kind != capture::Kind::Http || row.state == store::State::Running) {
      ++written_.left;
      continue;
    }
    const auto details = reader_.exchange(row.id);
    if (!details) return fail(details.error());
    if (!*details) continue;  // removed meanwhile, as the oldest are
    if (auto done = entry(**details); !done) return done;
  }
  return {};
}

Result<void> Writer::entry(const ExchangeDetails& details) {
  const auto& row = details.row;
  const Timings timings = timingsOf(row.phases);
  std::string begin = written_.entries++ == 0 ? "\n{" : ",\n{";
  begin += text("startedDateTime", isoTime(row.startedAt)) + ',' + member("time", milliseconds(total(timings))) + ",\"request\":";
  if (auto done = sink_(begin); !done) return done;
  if (auto done = request(details); !done) return done;
  if (auto done = sink_(",\"response\":"); !done) return done;
  if (auto done = response(details); !done) return done;
  std::string end = ",\"cache\":{},\"timings\":{" + member("dns", milliseconds(timings.dns)) + ',' +
                    member("connect", milliseconds(timings.connect)) + ',' + member("send", milliseconds(timings.send)) + ',' +
                    member("wait", milliseconds(timings.wait)) + ',' + member("receive", milliseconds(timings.receive)) + '}';
  if (!row.upstreamAddress.empty()) end += ',' + text("serverIPAddress", ipAddress(row.upstreamAddress));
  if (!row.comment.empty()) end += ',' + text("comment", row.comment);
  if (auto done = sink_(end); !done) return done;
  if (auto done = messages(row.id); !done) return done;
  return sink_(extras(details) + '}');
}

// Of a WebSocket, as Chrome writes them: seconds since 1970, text as it is, all else in base64. However many there are, a page of them is
// held.
Result<void> Writer::messages(ExchangeId id) {
  for (std::int64_t after = 0;;) {
    const auto page = reader_.messages(id, after, kPageMessages);
    if (!page) return fail(page.error());
    if (page->empty()) return after == 0 ? Result<void>() : sink_("]");
    for (const auto& each : *page) {
      if (auto done = message(each, after == 0); !done) return done;
      after = each.id;
    }
  }
}

Result<void> Writer::message(const store::MessageRow& message, bool first) {
  constexpr int kText = 1;  // RFC 6455, 5.2
  std::string begin = first ? ",\"_webSocketMessages\":[{" : ",{";
  begin += text("type", message.direction == Direction::Request ? "send" : "receive") + ',' + member("time", seconds(message.at)) + ',' +
           number("opcode", static_cast<std::uint64_t>(message.opcode)) + ",\"data\":\"";
  if (auto done = sink_(begin); !done) return done;
  const bool isText = message.opcode == kText, utf8 = isText && isUtf8(message.payload);
  Base64 base64;
  for (std::size_t at = 0; at < message.payload.size(); at += kPieceBytes) {
    const auto piece = std::string_view(message.payload).substr(at, kPieceBytes);
    auto done = sink_(!isText ? base64.feed(piece) : escaped(utf8 ? std::string(piece) : latin1AsUtf8(piece)));
    if (!done) return done;
  }
  return sink_(base64.finish() + "\"}");
}

Result<void> Writer::request(const ExchangeDetails& details) {
  const RawHead head = store::readRawHead(details.requestHead);
  const auto& row = details.row;
  std::string json = '{' + text("method", row.method) + ',' + text("url", uri(row.url)) + ',' +
                     text("httpVersion", lastWord(head.firstLine)) + ',' + member("cookies", cookies(head, Direction::Request)) + ',' +
                     member("headers", headers(head)) + ',' + member("queryString", queryString(uri(row.url))) +
                     ",\"headersSize\":-1," + number("bodySize", row.request.bytes);
  // Only bodies that were encoded for good reason are decoded: what a client sent is shown as it was sent.
  Shape shape;
  if (row.request.capturedBytes > 0) {
    auto looked = look(row, Direction::Request, {});
    if (!looked) return fail(looked.error());
    shape = *looked;
    json += ",\"postData\":{" + text("mimeType", store::valueOf(head, "content-type")) + (shape.text ? "" : ",\"encoding\":\"base64\"") +
            ",\"text\":\"";
  }
  if (auto done = sink_(json); !done) return done;
  if (row.request.capturedBytes == 0) return sink_("}");
  if (auto done = content(row, Direction::Request, {}, shape); !done) return done;
  return sink_("\"}}");
}

Result<void> Writer::response(const ExchangeDetails& details) {
  const RawHead head = store::readRawHead(details.responseHead);
  const auto& row = details.row;
  auto shape = look(row, Direction::Response, decodingHead(details, Direction::Response));
  if (!shape) return fail(shape.error());
  std::string json = '{' + number("status", static_cast<std::uint64_t>(row.status)) + ',' + text("statusText", phrase(head.firstLine)) +
      ',' +
                     text("httpVersion", firstWord(head.firstLine)) + ',' + member("cookies", cookies(head, Direction::Response)) + ',' +
                     member("headers", headers(head)) + ",\"content\":{" + number("size", shape->bytes) + ',' +
                     text("mimeType", row.contentType);
  if (shape->bytes > 0) json += (shape->text ? std::string() : std::string(",\"encoding\":\"base64\"")) + ",\"text\":\"";
  if (auto done = sink_(json); !done) return done;
  if (shape->bytes > 0) {
    if (auto done = content(row, Direction::Response, decodingHead(details, Direction::Response), *shape); !done) return done;
    if (auto done = sink_("\""); !done) return done;
  }
  return sink_("}," + text("redirectURL", store::valueOf(head, "location")) + ",\"headersSize\":-1," +
               number("bodySize", row.response.bytes) + '}');
}

std::string Writer::extras(const ExchangeDetails& details) const {
  const auto& row = details.row;
  std::vector<std::string> items;
  if (row.error.code != Code::None) {
    items.push_back("\"error\":{" + number("code", static_cast<std::uint64_t>(row.error.code)) + ',' +
                    number("side", static_cast<std::uint64_t>(row.error.side)) + ',' +
                    member("system", std::to_string(row.error.systemCode)) + ',' + text("detail", row.error.detail) + '}');
  }
  if (!row.upstreamAddress.empty()) items.push_back(text("upstream", row.upstreamAddress));
  if (row.upstreamReused) items.push_back("\"upstreamReused\":true");
  if (!details.requestTrailers.empty()) items.push_back(text("requestTrailers", details.requestTrailers));
  if (!details.responseTrailers.empty()) items.push_back(text("responseTrailers", details.responseTrailers));
  if (row.mark != Mark::None) items.push_back(text("mark", name(row.mark)));
  std::string json;
  for (const std::string& item : items) json += (json.empty() ? "" : ",") + item;
  return json.empty() ? json : ",\"_sluice\":{" + json + '}';
}

Result<void> Writer::each(ExchangeId id, Direction direction, std::string_view head, bool decode, const store::BodySink& use) {
  auto body = reader_.openBody(id, direction);
  if (!body) return fail(body.error());
  return store::decodeBody(*body, decode ? head : std::string_view{}, decodedBytesMax_, use);
}

Result<Writer::Shape> Writer::look(const ExchangeRow& row, Direction direction, std::string_view head) {
  for (const bool decode : {true, false}) {
    Shape shape{decode, true, 0};
    Utf8Check check;
    const auto done = each(row.id, direction, head, decode, [&](Bytes bytes) -> Result<void> {
      shape.bytes += bytes.size();
      check.feed({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      return {};
    });
    shape.text = check.whole();
    if (done) return shape;
    const Code code = done.error().code;
    // A body file that somebody removed is an empty body.
    if (code == Code::NotFound || code == Code::FileChanged) {
      ++written_.bodiesGone;
      return Shape{false, true, 0};
    }
    const bool mayStayEncoded = code == Code::BadCoding || code == Code::UnsupportedCoding || code == Code::DecodedTooLarge;
    if (!decode || !mayStayEncoded) return fail(naming(row, done.error()));
  }
  return Shape{};
}

Result<void> Writer::content(const ExchangeRow& row, Direction direction, std::string_view head, const Shape& shape) {
  Base64 base64;
  Result<void> sunk;
  const auto done = each(row.id, direction, head, shape.decoded, [&](Bytes bytes) {
    const std::string_view piece(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return sunk = sink_(shape.text ? escaped(piece) : base64.feed(piece));
  });
  if (!sunk) return sunk;
  if (!done) return fail(naming(row, done.error()));
  return shape.text ? Result<void>() : sink_(base64.finish());
}

}  // namespace

Result<Written> writeHar(store::Reader& reader, const TextSink& sink, std::uint64_t decodedBytesMax) {
  return Writer(reader, sink, decodedBytesMax).all();
}

}  // namespace sluice::har
