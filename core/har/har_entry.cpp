#include "core/har/har_entry.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/limits.h"
#include "core/capture/record_codec.h"
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

std::optional<std::uint64_t> bodyBytes(const Json& message) {
  const std::int64_t told = whole(message, "bodySize", -1);
  return told < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(told));
}

Result<void> readRequest(HarEntry& entry, const Json& request) {
  entry.method = oneLine(text(request, "method"));
  entry.url = oneLine(text(request, "url"));
  entry.request.version = oneLine(text(request, "httpVersion"));
  entry.request.fields = fieldsOf(request);
  entry.request.bodyBytes = bodyBytes(request);
  const Json& postData = member(request, "postData");
  entry.request.base64 = text(postData, "encoding") == "base64";
  if (entry.texts.request.bytes() > 0) return {};
  entry.request.base64 = false;
  return entry.texts.request.add(formText(postData));
}

void readResponse(HarEntry& entry, const Json& response) {
  entry.status = static_cast<int>(std::clamp<std::int64_t>(whole(response, "status", 0), 0, 999));
  entry.phrase = oneLine(text(response, "statusText"));
  entry.response.version = oneLine(text(response, "httpVersion"));
  entry.response.fields = fieldsOf(response);
  entry.response.bodyBytes = bodyBytes(response);
  const Json& content = member(response, "content");
  entry.contentType = oneLine(text(content, "mimeType"));
  entry.response.base64 = text(content, "encoding") == "base64";
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
std::optional<capture::MessagePassed> messageFrom(const Json& json) {
  constexpr int kText = 1;  // RFC 6455, 5.2
  const auto opcode = whole(json, "opcode", kText);
  if (!json.is_object() || opcode < 0 || opcode > 15) return std::nullopt;  // Chrome's -1 is an error's text
  capture::MessagePassed message;
  message.direction = text(json, "type") == "send" ? capture::Direction::Request : capture::Direction::Response;
  message.at = wallTimeFrom(std::llround(std::clamp(number(json, "time", 0), 0.0, 9e9) * 1e6));
  message.opcode = static_cast<std::uint8_t>(opcode);
  message.payload = text(json, "data");
  if (opcode != kText) message.payload = fromBase64(message.payload).value_or(message.payload);
  message.bytes = message.wireBytes = message.payload.size();
  return message;
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

constexpr std::size_t kChunkBytes = 64 * limits::kKiB;

bool isBase64(const LongText& text) {
  FromBase64 reading;
  std::string bytes;
  const auto read = text.each([&](std::string_view piece) -> Result<void> {
    bytes.clear();
    return reading.feed(piece, bytes) ? Result<void>() : fail(Side::Local, Code::BadCoding);
  });
  return read && reading.finish(bytes);
}

// Gives how many bytes it has.
Result<std::uint64_t> giveBody(const HarMessage& message, const LongText& text, ExchangeId id, capture::Direction direction,
                               const TakeRecord& take) {
  std::uint64_t bytes = 0;
  const auto give = [&](std::string_view body) -> Result<void> {
    for (std::size_t at = 0; at < body.size(); at += kChunkBytes) {
      if (auto taken = take(capture::BodyChunk{id, direction, std::string(body.substr(at, kChunkBytes))}); !taken) return taken;
    }
    bytes += body.size();
    return {};
  };
  FromBase64 reading;
  std::string decoded;
  const bool base64 = message.base64 && isBase64(text);
  auto given = text.each([&](std::string_view piece) {
    if (!base64) return give(piece);
    decoded.clear();
    reading.feed(piece, decoded);
    return give(decoded);
  });
  decoded.clear();
  if (given && base64 && reading.finish(decoded)) given = give(decoded);
  return given ? Result<std::uint64_t>(bytes) : fail(given.error());
}

constexpr std::size_t kLengthBytes = 4;

Result<void> giveMessages(const LongText& messages, ExchangeId id, const TakeRecord& take) {
  std::string waiting;
  return messages.each([&](std::string_view piece) -> Result<void> {
    waiting += piece;
    std::size_t at = 0;
    while (waiting.size() - at >= kLengthBytes) {
      std::size_t length = 0;
      for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(waiting[at + i]);
      if (waiting.size() - at - kLengthBytes < length) break;
      auto record = capture::decode(asBytes(std::string_view(waiting).substr(at + kLengthBytes, length)));
      if (!record) return fail(record.error());
      std::get<capture::MessagePassed>(*record).exchange = id;
      if (auto taken = take(std::move(*record)); !taken) return taken;
      at += kLengthBytes + length;
    }
    waiting.erase(0, at);
    return {};
  });
}

capture::ExchangeStarted startOf(const HarEntry& entry, ExchangeId id) {
  Address address = addressOf(entry.url);
  capture::ExchangeStarted started;
  started.exchange = id;
  started.at = entry.startedAt;
  started.requestHead = head(entry.method + ' ' + address.path + ' ' + entry.request.version, entry.request);
  started.method = entry.method;
  started.url = entry.url;
  started.scheme = std::move(address.scheme);
  started.host = std::move(address.host);
  started.port = address.port;
  started.path = std::move(address.path);
  return started;
}

bool hasResponse(const HarEntry& entry) { return entry.status != 0 || !entry.response.fields.empty(); }

capture::ExchangeEnded endOf(const HarEntry& entry, ExchangeId id, std::uint64_t requestBytes, std::uint64_t responseBytes) {
  capture::ExchangeEnded ended;
  ended.exchange = id;
  ended.phases = phasesOf(entry.timings);
  ended.at = wallTimeFrom((entry.startedAt + Micros(std::max<std::int64_t>(0, total(entry.timings)))).time_since_epoch().count());
  ended.error = entry.error;
  if (!hasResponse(entry) && ended.error.code == Code::None) {
    ended.error = {Code::Aborted, Side::Upstream, 0, "no response in the file"};
  }
  ended.request = {entry.request.bodyBytes.value_or(requestBytes), requestBytes, 0};
  ended.response = {entry.response.bodyBytes.value_or(responseBytes), responseBytes, 0};
  ended.upstreamAddress = entry.upstreamAddress;
  ended.upstreamReused = entry.upstreamReused;
  ended.requestTrailers = entry.request.trailers;
  ended.responseTrailers = entry.response.trailers;
  return ended;
}

}  // namespace

Result<HarEntry> entryFrom(const Json& json, HarTexts texts) {
  HarEntry entry(std::move(texts));
  entry.startedAt = wallTimeFrom(fromIsoTime(text(json, "startedDateTime")).value_or(WallTime()).time_since_epoch().count());
  const Json& timings = member(json, "timings");
  entry.timings = {micros(timings, "dns"), micros(timings, "connect"), micros(timings, "send"), micros(timings, "wait"),
                   micros(timings, "receive")};
  if (auto read = readRequest(entry, member(json, "request")); !read) return fail(read.error());
  readResponse(entry, member(json, "response"));
  entry.upstreamAddress = addressFrom(text(json, "serverIPAddress"));
  entry.comment = text(json, "comment").substr(0, kCommentBytesMax);
  readExtras(entry, member(json, "_sluice"));
  return entry;
}

Result<void> appendMessage(const Json& json, LongText& messages) {
  const auto message = messageFrom(json);
  if (!message) return {};
  std::string record(kLengthBytes, '\0');
  capture::encode(*message, record);
  const std::size_t length = record.size() - kLengthBytes;
  for (std::size_t i = 0; i < kLengthBytes; ++i) record[i] = static_cast<char>(length >> (8 * i));
  return messages.add(record);
}

Result<void> giveRecords(HarEntry entry, ExchangeId id, const TakeRecord& take) {
  using capture::Direction;
  if (auto taken = take(startOf(entry, id)); !taken) return taken;
  const auto requestBytes = giveBody(entry.request, entry.texts.request, id, Direction::Request, take);
  if (!requestBytes) return fail(requestBytes.error());
  if (hasResponse(entry)) {
    const std::string line = entry.response.version + ' ' + std::to_string(entry.status) + ' ' + entry.phrase;
    auto taken = take(capture::ResponseStarted{id, entry.status, entry.contentType, head(line, entry.response)});
    if (!taken) return taken;
  }
  const auto responseBytes = giveBody(entry.response, entry.texts.response, id, Direction::Response, take);
  if (!responseBytes) return fail(responseBytes.error());
  if (auto given = giveMessages(entry.texts.messages, id, take); !given) return given;
  if (entry.mark != Mark::None || !entry.comment.empty()) {
    if (auto taken = take(capture::Annotated{id, entry.mark, std::move(entry.comment)}); !taken) return taken;
  }
  return take(endOf(entry, id, *requestBytes, *responseBytes));
}

}  // namespace sluice::har
