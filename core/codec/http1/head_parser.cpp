#include "core/codec/http1/head_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/limits.h"
#include "core/codec/http1/chars.h"
#include "core/codec/http1/target.h"
#include "core/codec/http1/text.h"

namespace sluice::http1 {
namespace {

constexpr std::string_view kVersionPrefix = "HTTP/";
constexpr std::size_t kUsualHeadBytes = 1024;
constexpr std::size_t kUsualFieldCount = 24;
constexpr std::size_t kKeptHeadBytes = 16 * limits::kKiB;  // one giant head must not stay allocated for ever

}  // namespace

HeadParser::HeadParser(Role role) { head_.role_ = role; }

Result<HeadParser::Fed> HeadParser::feed(Bytes fragment) {
  if (phase_ == Phase::Failed) return fail(error_);
  const std::string_view text = asText(fragment);
  auto& raw = head_.raw_;
  std::size_t consumed = 0;
  while (phase_ != Phase::Done) {
    if (raw.empty()) raw.reserve(kUsualHeadBytes);
    const std::string_view rest = text.substr(consumed);
    const std::string_view allowed = rest.substr(0, limits::kHeadBytesMax - raw.size());
    const std::size_t newline = allowed.find('\n');
    const bool wholeLine = newline != std::string_view::npos;
    const std::string_view taken = allowed.substr(0, wholeLine ? newline + 1 : newline);
    raw.append(taken);
    consumed += taken.size();
    if (wholeLine) {
      if (!parseLine()) return fail(error_);
      continue;
    }
    if (phase_ == Phase::StartLine && !checkStart(unfinishedLine())) return fail(error_);
    if (taken.size() == rest.size()) return Fed{State::NeedMore, consumed};
    refuse(Code::HeadTooLarge, raw.size(), "over " + std::to_string(limits::kHeadBytesMax) + " bytes");
    return fail(error_);
  }
  return Fed{State::Done, consumed};
}

Head HeadParser::take() {
  Head taken = std::move(head_);
  head_ = Head{};
  head_.role_ = taken.role_;
  reset();
  return taken;
}

void HeadParser::release() { (void)take(); }

void HeadParser::reset() {
  if (head_.raw_.capacity() > kKeptHeadBytes) head_.raw_ = {};
  head_.clear();
  phase_ = Phase::StartLine;
  lineBegin_ = 0;
  leadingBytes_ = 0;
  error_ = {};
}

bool HeadParser::started() const { return phase_ != Phase::StartLine || !head_.view(unfinishedLine()).empty(); }

HeadParser::Range HeadParser::range(std::size_t begin, std::size_t end) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};  // at most kHeadBytesMax
}

// What stands of the current line, without a line end. A carriage return at the very end may become one.
HeadParser::Range HeadParser::unfinishedLine() const {
  const std::string_view line = std::string_view(head_.raw_).substr(lineBegin_);
  const std::size_t lineEnd = line.ends_with("\r\n") ? 2 : line.ends_with('\n') || line.ends_with('\r') ? 1 : 0;
  return range(lineBegin_, head_.raw_.size() - lineEnd);
}

bool HeadParser::parseLine() {
  const Range line = unfinishedLine();
  const bool isStartLine = phase_ == Phase::StartLine;
  // In this order, so that a wrong beginning is told the same whether or not its line has ended.
  if (isStartLine && !checkStart(line)) return false;
  const std::size_t end = head_.raw_.size();
  if (line.end + 2 != end) return refuse(end - 1, "a line ends with LF alone, not CRLF");
  const bool isEmpty = line.begin == line.end;
  if (isStartLine && isEmpty) return skipEmptyLine();
  if (!(isStartLine ? parseStartLine(line) : isEmpty ? finish() : parseField(line))) return false;
  lineBegin_ = end;
  return true;
}

bool HeadParser::skipEmptyLine() {
  if (head_.role_ == Role::Response) return refuse(0, "an empty line where the status line should be");
  if (leadingBytes_ == 2 * limits::kLeadingEmptyLinesMax) return refuse(0, "too many empty lines before the request");
  leadingBytes_ += 2;
  head_.raw_.clear();
  return true;
}

// Says as early as possible that this is no HTTP at all.
bool HeadParser::checkStart(Range line) {
  if (head_.role_ == Role::Request) return checkMethod(line);
  const std::string_view start = head_.view(line).substr(0, kVersionPrefix.size());
  const auto [bad, wanted] = std::mismatch(start.begin(), start.end(), kVersionPrefix.begin());
  if (bad == start.end()) return true;
  return refuse(line.begin + static_cast<std::size_t>(bad - start.begin()),
                "byte " + hexByte(*bad) + " where a status line begins with HTTP/");
}

bool HeadParser::checkMethod(Range line) {
  const std::string_view text = head_.view(line);
  const std::size_t length = skip(kToken, text.substr(0, limits::kMethodBytesMax + 1));
  if (length > limits::kMethodBytesMax) return refuse(line.begin, "the method is too long: " + inQuotes(text));
  if (length == text.size() || (text[length] == ' ' && length > 0)) return true;
  return refuse(line.begin + length, "byte " + hexByte(text[length]) + " in the method");
}

bool HeadParser::parseStartLine(Range line) {
  head_.startLine_ = line;
  head_.fields_.reserve(kUsualFieldCount);
  phase_ = Phase::Fields;
  return head_.role_ == Role::Request ? parseRequestLine(line) : parseStatusLine(line);
}

// method SP request-target SP HTTP-version (RFC 9112 section 3). Single spaces only: recipients that are lenient here
// do not agree on where the target ends.
bool HeadParser::parseRequestLine(Range line) {
  const std::string_view text = head_.view(line);
  const std::size_t methodEnd = std::min(text.find(' '), text.size());
  const std::size_t targetBegin = std::min(methodEnd + 1, text.size());
  const std::size_t targetEnd = std::min(text.find(' ', targetBegin), text.size());
  const std::size_t versionBegin = std::min(targetEnd + 1, text.size());
  head_.method_ = range(line.begin, line.begin + methodEnd);
  head_.target_ = range(line.begin + targetBegin, line.begin + targetEnd);
  const std::string_view target = head_.view(head_.target_);
  if (target.empty()) return refuse(line.begin + targetBegin, "no request target after the method");
  const std::size_t bad = skip(kTargetChar, target);
  if (bad < target.size()) {
    return refuse(line.begin + targetBegin + bad, "byte " + hexByte(target[bad]) + " in the request target");
  }
  const std::string_view version = text.substr(versionBegin);
  if (version.empty()) return refuse(line.end, "no HTTP version in the request line");
  if (version.find(' ') != std::string_view::npos) {
    return refuse(line.begin + targetEnd, "more than two spaces in the request line; a space in a target must be %20");
  }
  return parseVersion(range(line.begin + versionBegin, line.end));
}

// HTTP-version SP status-code SP [reason-phrase] (RFC 9112 section 4). The space before an empty reason is often
// left out.
bool HeadParser::parseStatusLine(Range line) {
  const std::string_view text = head_.view(line);
  const std::size_t versionEnd = std::min(text.find(' '), text.size());
  if (!parseVersion(range(line.begin, line.begin + versionEnd))) return false;
  const std::string_view code = text.substr(std::min(versionEnd + 1, text.size()), 3);
  const std::size_t codeEnd = versionEnd + 1 + code.size();
  const bool isNumber = code.size() == 3 && skip(kDigit, code) == 3 && code[0] != '0';
  if (!isNumber || (codeEnd < text.size() && text[codeEnd] != ' ')) {
    return refuse(line.begin + versionEnd, "no three-digit status code after the version: " + inQuotes(text));
  }
  head_.status_ = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  head_.reason_ = range(line.begin + std::min(codeEnd + 1, text.size()), line.end);
  const std::string_view reason = head_.reason();
  const std::size_t bad = findControl(reason);
  if (bad == reason.size()) return true;
  return refuse(head_.reason_.begin + bad, "byte " + hexByte(reason[bad]) + " in the reason phrase");
}

bool HeadParser::parseVersion(Range where) {
  const std::string_view text = head_.view(where);
  const bool isVersion = text.size() == 8 && text.starts_with(kVersionPrefix) && is(kDigit, text[5]) &&
                         text[6] == '.' && is(kDigit, text[7]);
  if (!isVersion) return refuse(where.begin, "not an HTTP version: " + inQuotes(text));
  if (text[5] != '1') return refuse(where.begin, "not HTTP/1 but " + inQuotes(text));
  head_.version_ = {1, static_cast<std::uint8_t>(text[7] - '0')};
  head_.versionText_ = where;
  return true;
}

bool HeadParser::parseField(Range line) {
  const std::string_view text = head_.view(line);
  const std::size_t nameEnd = skip(kToken, text);
  if (nameEnd == 0 || nameEnd == text.size() || text[nameEnd] != ':') return refuseFieldName(line, nameEnd);
  if (head_.fields_.size() == limits::kHeaderCountMax) {
    return refuse(Code::TooManyHeaders, line.begin, "over " + std::to_string(limits::kHeaderCountMax) + " fields");
  }
  const std::string_view name = text.substr(0, nameEnd);
  const std::string_view value = trim(text.substr(nameEnd + 1));
  const std::size_t valueBegin = line.begin + static_cast<std::size_t>(value.data() - text.data());
  const std::size_t bad = findControl(value);
  if (bad < value.size()) {
    return refuse(valueBegin + bad, "byte " + hexByte(value[bad]) + " in the value of " + inQuotes(name));
  }
  head_.fields_.push_back(
      {range(line.begin, line.begin + nameEnd), range(valueBegin, valueBegin + value.size()), fieldId(name)});
  return true;
}

bool HeadParser::refuseFieldName(Range line, std::size_t nameEnd) {
  const std::string_view text = head_.view(line);
  const std::size_t at = line.begin + nameEnd;
  const std::string_view name = text.substr(0, nameEnd);
  if (nameEnd == text.size()) return refuse(at, "no colon after " + inQuotes(name));
  const bool isSpace = text[nameEnd] == ' ' || text[nameEnd] == '\t';
  if (nameEnd == 0 && isSpace) return refuse(at, "a folded line: it begins with white space");
  if (nameEnd == 0 && text[0] == ':') return refuse(at, "a field without a name");
  if (isSpace && trim(text.substr(nameEnd)).starts_with(':')) {
    return refuse(at, "white space before the colon after " + inQuotes(name));
  }
  return refuse(at, "byte " + hexByte(text[nameEnd]) + " in a field name: " + inQuotes(text.substr(0, nameEnd + 1)));
}

bool HeadParser::finish() {
  if (head_.role_ == Role::Request && !checkHost()) return false;
  phase_ = Phase::Done;
  return true;
}

// RFC 9112 section 3.2: a second Host is refused, and so is a missing one in HTTP/1.1. A CONNECT may do without: its
// target names the host, and nothing of it is sent on.
bool HeadParser::checkHost() {
  const Head::FieldRange* host = nullptr;
  for (const auto& field : head_.fields_) {
    if (field.id != FieldId::Host) continue;
    if (host != nullptr) return refuse(field.name.begin, "a second Host field");
    host = &field;
  }
  if (host == nullptr) {
    if (head_.version_.is10() || head_.method() == "CONNECT") return true;
    return refuse(lineBegin_, "no Host field");
  }
  const std::string_view value = head_.view(host->value);
  if (value.empty()) return true;  // RFC 9110 section 7.2: the target has no authority
  const auto authority = parseAuthority(value);
  return authority || refuse(host->value.begin, "Host: " + authority.error().detail);
}

bool HeadParser::refuse(std::size_t offset, std::string what) {
  return refuse(head_.role_ == Role::Request ? Code::BadRequest : Code::BadResponse, offset, std::move(what));
}

bool HeadParser::refuse(Code code, std::size_t offset, std::string what) {
  const auto lineNumber = 1 + std::count(head_.raw_.begin(), head_.raw_.begin() + std::ptrdiff_t(lineBegin_), '\n');
  error_.code = code;
  error_.side = head_.role_ == Role::Request ? Side::Client : Side::Upstream;
  error_.detail = "line " + std::to_string(lineNumber) + ", byte " + std::to_string(offset) + ": " + std::move(what);
  phase_ = Phase::Failed;
  return false;
}

}  // namespace sluice::http1
