#include "tests/support/origin/request.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace sluice::test {
namespace {

constexpr std::size_t kHeadBytesMax = 4 * 1024 * 1024;  // far more than the proxy lets pass
constexpr std::size_t kPieceBytes = 256 * 1024;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string percentDecoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += char(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

void parseTarget(std::string target, Request& request) {
  // An absolute form arrives when a client takes this origin for a proxy.
  if (const auto scheme = target.find("://"); scheme != target.npos && target[0] != '/') {
    const auto slash = target.find('/', scheme + 3);
    target = slash == target.npos ? "/" : target.substr(slash);
  }
  const auto mark = target.find('?');
  request.path = percentDecoded(target.substr(0, mark));
  while (mark != target.npos && !target.empty()) {
    const auto start = target.find_first_of("?&");
    if (start == target.npos) break;
    target.erase(0, start + 1);
    const auto pair = target.substr(0, target.find('&'));
    const auto equals = pair.find('=');
    const auto value = equals == pair.npos ? "" : pair.substr(equals + 1);
    request.query[percentDecoded(pair.substr(0, equals))] = percentDecoded(value);
  }
}

bool readChunked(Input& input, BodySummary& body, const std::function<bool(Bytes)>& take) {
  for (;;) {
    const auto line = input.until("\n", kHeadBytesMax);
    if (!line) return false;
    std::uint64_t left = std::strtoull(line->c_str(), nullptr, 16);
    if (const auto mark = line->find(';'); mark != line->npos) body.extensions += trim(line->substr(mark));
    if (left == 0) break;
    ++body.chunks;
    while (left > 0) {
      const auto piece = input.some(std::size_t(std::min<std::uint64_t>(left, kPieceBytes)));
      if (piece.empty()) return false;
      body.size += piece.size();
      left -= piece.size();
      if (!take(asBytes(piece))) return false;
    }
    if (!input.until("\n", 2)) return false;
  }
  for (;;) {
    const auto line = input.until("\n", kHeadBytesMax);
    if (!line) return false;
    if (trim(*line).empty()) return true;
    body.trailers += *line;
  }
}

bool readLength(std::uint64_t length, Input& input, BodySummary& body, const std::function<bool(Bytes)>& take) {
  while (body.size < length) {
    const auto piece = input.some(std::size_t(std::min<std::uint64_t>(length - body.size, kPieceBytes)));
    if (piece.empty()) return false;
    body.size += piece.size();
    if (!take(asBytes(piece))) return false;
  }
  return true;
}

}  // namespace

bool Input::fill() {
  std::array<std::byte, 65536> buffer;
  const auto count = stream_.read(buffer);
  kept_.append(reinterpret_cast<const char*>(buffer.data()), count);
  return count > 0;
}

std::optional<std::string> Input::until(std::string_view end, std::size_t max) {
  std::size_t searched = 0;
  for (;;) {
    const auto at = kept_.find(end, searched);
    if (at != kept_.npos) {
      auto result = kept_.substr(0, at + end.size());
      kept_.erase(0, at + end.size());
      return result;
    }
    if (kept_.size() > max) return std::nullopt;
    searched = kept_.size() < end.size() ? 0 : kept_.size() - end.size() + 1;
    if (!fill()) return std::nullopt;
  }
}

std::string Input::some(std::size_t max) {
  if (kept_.empty()) {
    std::string result(max, '\0');
    result.resize(stream_.read(std::as_writable_bytes(std::span(result.data(), result.size()))));
    return result;
  }
  auto result = kept_.substr(0, max);
  kept_.erase(0, result.size());
  return result;
}

std::string Request::text(const std::string& name, const std::string& otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : found->second;
}

std::uint64_t Request::number(const std::string& name, std::uint64_t otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : std::strtoull(found->second.c_str(), nullptr, 10);
}

std::string Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::optional<Request> readRequest(Input& input) {
  auto head = input.until("\r\n\r\n", kHeadBytesMax);
  if (!head) return std::nullopt;
  Request request;
  request.raw = *head;
  const auto lineEnd = head->find("\r\n");
  const auto line = head->substr(0, lineEnd);
  const auto space = line.find(' ');
  request.method = line.substr(0, space);
  if (space == line.npos) return std::nullopt;
  parseTarget(line.substr(space + 1, line.rfind(' ') - space - 1), request);
  for (auto at = lineEnd + 2; at < head->size();) {
    const auto end = head->find("\r\n", at);
    const auto field = head->substr(at, end - at);
    at = end + 2;
    if (const auto colon = field.find(':'); colon != field.npos) {
      request.headers[lower(field.substr(0, colon))] = trim(field.substr(colon + 1));
    }
  }
  return request;
}

BodySummary readBody(const Request& request, Input& input, const std::function<bool(Bytes)>& take) {
  BodySummary body;
  if (lower(request.header("transfer-encoding")) == "chunked") {
    body.framing = "chunked";
    body.complete = readChunked(input, body, take);
  } else if (const auto length = request.header("content-length"); !length.empty()) {
    body.framing = "length";
    body.complete = readLength(std::strtoull(length.c_str(), nullptr, 10), input, body, take);
  } else {
    body.complete = true;
  }
  return body;
}

}  // namespace sluice::test
