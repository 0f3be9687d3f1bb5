#include "core/har/har_entry.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/har/har_text.h"

namespace sluice::har {
namespace {

using Json = nlohmann::json;

// Null and what is of another type count as missing, in all of these.
const Json& member(const Json& object, const char* name) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::string text(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

double number(const Json& object, const char* name, double otherwise) {
  const Json& value = member(object, name);
  if (!value.is_number()) return otherwise;
  const double result = value.get<double>();
  return std::isfinite(result) ? result : otherwise;
}

std::int64_t whole(const Json& object, const char* name, std::int64_t otherwise) {
  constexpr double kMost = 9e15;
  const double value = number(object, name, static_cast<double>(otherwise));
  return std::llround(std::clamp(value, -kMost, kMost));
}

bool isTrue(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_boolean() && value.get<bool>();
}

// HAR has milliseconds, -1 for what does not apply; some tools leave it out or write null.
std::int64_t micros(const Json& timings, const char* name) {
  constexpr double kLongest = 1e12;  // a thousand years
  const double value = number(timings, name, -1);
  return value < 0 ? -1 : std::llround(std::min(value, kLongest / 1e3) * 1e3);
}

// Lines would end a head early; no tool means that.
std::string oneLine(std::string value) {
  std::replace_if(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return value;
}

std::vector<std::pair<std::string, std::string>> fieldsOf(const Json& message) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Json& each : member(message, "headers")) {
    std::string name = oneLine(text(each, "name"));
    // Chrome lists the parts of an HTTP/2 request line as fields.
    if (name.empty() || name.front() == ':') continue;
    fields.emplace_back(std::move(name), oneLine(text(each, "value")));
  }
  return fields;
}

std::string bodyText(const Json& holder) {
  std::string body = text(holder, "text");
  if (text(holder, "encoding") != "base64") return body;
  return fromBase64(body).value_or(body);
}

// A form whose text was left out.
std::string formText(const Json& postData) {
  std::string body;
  for (const Json& each : member(postData, "params")) {
    const std::string value = text(each, "value");
    if (!body.empty()) body += '&';
    body += text(each, "name") + '=' + value;
  }
  return body;
}

std::uint64_t bodyBytes(const Json& message, const std::string& body) {
  const std::int64_t told = whole(message, "bodySize", -1);
  return told >= 0 ? static_cast<std::uint64_t>(told) : body.size();
}

void readRequest(HarEntry& entry, const Json& request) {
  entry.method = oneLine(text(request, "method"));
  entry.url = oneLine(text(request, "url"));
  entry.request.version = oneLine(text(request, "httpVersion"));
  entry.request.fields = fieldsOf(request);
  const Json& postData = member(request, "postData");
  entry.request.body = bodyText(postData);
  if (entry.request.body.empty()) entry.request.body = formText(postData);
  entry.request.bodyBytes = bodyBytes(request, entry.request.body);
}

void readResponse(HarEntry& entry, const Json& response) {
  entry.status = static_cast<int>(std::clamp<std::int64_t>(whole(response, "status", 0), 0, 999));
  entry.phrase = oneLine(text(response, "statusText"));
  entry.response.version = oneLine(text(response, "httpVersion"));
  entry.response.fields = fieldsOf(response);
  const Json& content = member(response, "content");
  entry.contentType = oneLine(text(content, "mimeType"));
  entry.response.body = bodyText(content);
  entry.response.bodyBytes = bodyBytes(response, entry.response.body);
}

// An address that is none is left out: "", "unknown", "[2001" and the like come in such files.
std::string addressFrom(const std::string& value) {
  const bool possible = !value.empty() && value.find_first_not_of("0123456789abcdefABCDEF.:%[]") == std::string::npos;
  const bool v6 = value.find(':') != std::string::npos;
  if (!possible || (!v6 && value.find('.') == std::string::npos)) return {};
  if (!v6) return value;
  const auto begin = value.find_first_not_of('[');
  const auto end = value.find(']');
  return "[" + value.substr(begin, end == std::string::npos ? end : end - begin) + "]";
}

void readExtras(HarEntry& entry, const Json& extras) {
  entry.upstreamReused = isTrue(extras, "upstreamReused");
  if (const std::string upstream = text(extras, "upstream"); !upstream.empty()) entry.upstreamAddress = upstream;
  entry.request.trailers = text(extras, "requestTrailers");
  entry.response.trailers = text(extras, "responseTrailers");
  entry.mark = markNamed(text(extras, "mark")).value_or(Mark::None);
  const Json& error = member(extras, "error");
  if (!error.is_object()) return;
  entry.error.code = static_cast<Code>(std::clamp<std::int64_t>(whole(error, "code", 0), 0, 0xffff));
  entry.error.side = static_cast<Side>(std::clamp<std::int64_t>(whole(error, "side", 0), 0, 2));
  entry.error.systemCode = static_cast<int>(std::clamp<std::int64_t>(whole(error, "system", 0), -0x7fffffff, 0x7fffffff));
  entry.error.detail = text(error, "detail");
}

// Chrome's; Firefox writes the same. In base64 where it is no text.
void readMessages(HarEntry& entry, const Json& messages) {
  constexpr int kText = 1;  // RFC 6455, 5.2
  if (!messages.is_array()) return;
  for (const Json& each : messages) {
    const auto opcode = whole(each, "opcode", kText);
    if (!each.is_object() || opcode < 0 || opcode > 15) continue;  // Chrome's -1 is an error's text
    capture::MessagePassed& message = entry.messages.emplace_back();
    message.direction = text(each, "type") == "send" ? capture::Direction::Request : capture::Direction::Response;
    message.at = wallTimeFrom(std::llround(std::clamp(number(each, "time", 0), 0.0, 9e9) * 1e6));
    message.opcode = static_cast<std::uint8_t>(opcode);
    message.payload = text(each, "data");
    if (opcode != kText) message.payload = fromBase64(message.payload).value_or(message.payload);
    message.bytes = message.wireBytes = message.payload.size();
  }
}

struct Address {
  std::string scheme, host, path;
  std::uint16_t port = 0;
};

Address addressOf(const std::string& url) {
  Address address;
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return {"", "", url, 0};
  address.scheme = url.substr(0, scheme);
  const auto begin = scheme + 3;
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  std::string authority = url.substr(begin, end - begin);
  authority.erase(0, authority.rfind('@') + 1);
  const bool v6 = authority.starts_with('[');
  const auto close = v6 ? authority.find(']') : std::string::npos;
  const auto colon = v6 ? authority.find(':', std::min(close, authority.size())) : authority.rfind(':');
  address.host = v6 ? authority.substr(1, close == std::string::npos ? close : close - 1) : authority.substr(0, colon);
  address.port = address.scheme == "https" || address.scheme == "wss" ? 443 : 80;
  if (colon != std::string::npos) {
    std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), address.port);
  }
  address.path = url.substr(end, url.find('#', end) - end);
  if (!address.path.starts_with('/')) address.path.insert(0, "/");
  return address;
}

std::string head(const std::string& firstLine, const HarMessage& message) {
  std::string text = firstLine + "\r\n";
  for (const auto& [name, value] : message.fields) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

constexpr std::size_t kChunkBytes = 64 * 1024;

void addBody(std::vector<capture::Record>& records, ExchangeId id, capture::Direction direction, const std::string& body) {
  for (std::size_t at = 0; at < body.size(); at += kChunkBytes) {
    records.emplace_back(capture::BodyChunk{id, direction, body.substr(at, kChunkBytes)});
  }
}

}  // namespace

HarEntry entryFrom(const Json& json) {
  HarEntry entry;
  entry.startedAt = wallTimeFrom(fromIsoTime(text(json, "startedDateTime")).value_or(WallTime()).time_since_epoch().count());
  const Json& timings = member(json, "timings");
  entry.timings = {micros(timings, "dns"), micros(timings, "connect"), micros(timings, "send"), micros(timings, "wait"),
                   micros(timings, "receive")};
  readRequest(entry, member(json, "request"));
  readResponse(entry, member(json, "response"));
  entry.upstreamAddress = addressFrom(text(json, "serverIPAddress"));
  readMessages(entry, member(json, "_webSocketMessages"));
  entry.comment = text(json, "comment").substr(0, kCommentBytesMax);
  readExtras(entry, member(json, "_sluice"));
  return entry;
}

std::vector<capture::Record> recordsOf(HarEntry entry, ExchangeId id) {
  using capture::Direction;
  Address address = addressOf(entry.url);
  std::vector<capture::Record> records;
  capture::ExchangeStarted started;
  started.exchange = id;
  started.at = entry.startedAt;
  started.requestHead = head(entry.method + ' ' + address.path + ' ' + entry.request.version, entry.request);
  started.method = std::move(entry.method);
  started.url = std::move(entry.url);
  started.scheme = std::move(address.scheme);
  started.host = std::move(address.host);
  started.port = address.port;
  started.path = std::move(address.path);
  records.emplace_back(std::move(started));
  addBody(records, id, Direction::Request, entry.request.body);
  const bool responded = entry.status != 0 || !entry.response.fields.empty();
  if (responded) {
    const std::string line = entry.response.version + ' ' + std::to_string(entry.status) + ' ' + entry.phrase;
    records.emplace_back(capture::ResponseStarted{id, entry.status, entry.contentType, head(line, entry.response)});
  }
  addBody(records, id, Direction::Response, entry.response.body);
  for (auto& message : entry.messages) {
    message.exchange = id;
    records.emplace_back(std::move(message));
  }
  if (entry.mark != Mark::None || !entry.comment.empty()) {
    records.emplace_back(capture::Annotated{id, entry.mark, std::move(entry.comment)});
  }
  capture::ExchangeEnded ended;
  ended.exchange = id;
  ended.phases = phasesOf(entry.timings);
  ended.at = wallTimeFrom((entry.startedAt + Micros(std::max<std::int64_t>(0, total(entry.timings)))).time_since_epoch().count());
  ended.error = std::move(entry.error);
  if (!responded && ended.error.code == Code::None) ended.error = {Code::Aborted, Side::Upstream, 0, "no response in the file"};
  ended.request = {entry.request.bodyBytes, entry.request.body.size(), 0};
  ended.response = {entry.response.bodyBytes, entry.response.body.size(), 0};
  ended.upstreamAddress = std::move(entry.upstreamAddress);
  ended.upstreamReused = entry.upstreamReused;
  ended.requestTrailers = std::move(entry.request.trailers);
  ended.responseTrailers = std::move(entry.response.trailers);
  records.emplace_back(std::move(ended));
  return records;
}

}  // namespace sluice::har
