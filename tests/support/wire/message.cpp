#include "tests/support/wire/message.h"

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

bool readPieces(std::uint64_t left, Input& input, BodySummary& body, const std::function<bool(Bytes)>& take) {
  while (left > 0) {
    const auto piece = input.some(std::size_t(std::min<std::uint64_t>(left, kPieceBytes)));
    if (piece.empty()) return false;
    body.size += piece.size();
    left -= piece.size();
    if (!take(asBytes(piece))) return false;
  }
  return true;
}

bool readChunked(Input& input, BodySummary& body, const std::function<bool(Bytes)>& take) {
  for (;;) {
    const auto line = input.until("\n", kHeadBytesMax);
    if (!line) return false;
    const auto size = std::strtoull(line->c_str(), nullptr, 16);
    if (const auto mark = line->find(';'); mark != line->npos) body.extensions += trim(line->substr(mark));
    if (size == 0) break;
    ++body.chunks;
    if (!readPieces(size, input, body, take) || !input.until("\n", 2)) return false;
  }
  for (;;) {
    const auto line = input.until("\n", kHeadBytesMax);
    if (!line) return false;
    if (trim(*line).empty()) return true;
    body.trailers += *line;
  }
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

std::string Input::exactly(std::size_t count) {
  std::string result;
  while (result.size() < count) {
    const auto piece = some(std::min(count - result.size(), kPieceBytes));
    if (piece.empty()) break;
    result += piece;
  }
  return result;
}

std::string Input::rest() {
  std::string result;
  for (auto piece = some(kPieceBytes); !piece.empty(); piece = some(kPieceBytes)) result += piece;
  return result;
}

std::string Head::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

int Head::status() const {
  if (startLine.rfind("HTTP/", 0) != 0) return 0;
  const auto space = startLine.find(' ');
  return space == startLine.npos ? 0 : std::atoi(startLine.c_str() + space);
}

std::optional<Head> readHead(Input& input) {
  auto raw = input.until("\r\n\r\n", kHeadBytesMax);
  if (!raw) return std::nullopt;
  Head head;
  head.raw = std::move(*raw);
  auto at = head.raw.find("\r\n") + 2;
  head.startLine = head.raw.substr(0, at - 2);
  while (at < head.raw.size()) {
    const auto end = head.raw.find("\r\n", at);
    const auto field = head.raw.substr(at, end - at);
    at = end + 2;
    if (const auto colon = field.find(':'); colon != field.npos) {
      head.headers[lower(field.substr(0, colon))] = trim(field.substr(colon + 1));
    }
  }
  return head;
}

BodySummary readBody(const Head& head, WithoutLength without, Input& input, const std::function<bool(Bytes)>& take) {
  BodySummary body;
  if (lower(head.header("transfer-encoding")) == "chunked") {
    body.framing = "chunked";
    body.complete = readChunked(input, body, take);
  } else if (const auto length = head.header("content-length"); !length.empty()) {
    body.framing = "length";
    body.complete = readPieces(std::strtoull(length.c_str(), nullptr, 10), input, body, take);
  } else if (without == WithoutLength::UntilClose) {
    body.framing = "close";
    readPieces(UINT64_MAX, input, body, take);
    body.complete = true;
  } else {
    body.complete = true;
  }
  return body;
}

}  // namespace sluice::test
