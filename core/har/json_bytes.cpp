#include "core/har/json_bytes.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "core/base/limits.h"

namespace sluice::har {
namespace {

constexpr std::size_t kBlockBytes = 64 * limits::kKiB;
constexpr std::size_t kUnitBytes = 6;  // "\uXXXX"

bool isPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }
bool endsPart(char c) { return std::string_view(" \n\r\t,:{}[]").find(c) != std::string_view::npos; }

void appendUtf8(std::string& to, unsigned code) {
  const auto put = [&to](unsigned byte) { to += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xc0 | code >> 6), put(0x80 | (code & 63));
  if (code < 0x10000) return put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
  put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
}

// RFC 8259, 7; '\0': there is none.
char shortEscape(char letter) {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
  const auto at = kLetters.find(letter);
  return at == std::string_view::npos ? '\0' : kMeant[at];
}

}  // namespace

bool JsonBytes::hasAhead(std::size_t bytes) {
  while (buffer_.size() - at_ < bytes) {
    buffer_.erase(0, at_);
    at_ = 0;
    const std::size_t before = buffer_.size();
    buffer_.resize(before + kBlockBytes);
    const auto got = file_.sgetn(buffer_.data() + before, static_cast<std::streamsize>(kBlockBytes));
    buffer_.resize(before + static_cast<std::size_t>(std::max<std::streamsize>(got, 0)));
    if (got <= 0) return false;
  }
  return true;
}

bool JsonBytes::isUtf16() {
  if (!hasAhead(2)) return false;
  return ahead().starts_with("\xff\xfe") || ahead().starts_with("\xfe\xff") || ahead()[0] == '\0' || ahead()[1] == '\0';
}

std::string JsonBytes::placeOf(std::string_view text) const {
  const std::size_t column = before_.column + 1 - std::min(text.size(), before_.column);
  return "at line " + std::to_string(before_.line) + ", column " + std::to_string(column);
}

JsonBytes::int_type JsonBytes::uflow() {
  if (endedEarly() || !outcome_) return traits_type::eof();
  const auto byte = next();
  if (byte == traits_type::eof()) return byte;
  note(traits_type::to_char_type(byte));
  return byte;
}

void JsonBytes::note(char byte) {
  partBytes_ = in_ == In::Structure && endsPart(byte) ? 0 : partBytes_ + 1;
  before_ = place_;
  if (byte != '\n') {
    ++place_.column;
    return;
  }
  place_ = {place_.line + 1, 0};
  hiddenInLine_ = 0;
}

JsonBytes::int_type JsonBytes::next() {
  if (in_ == In::HiddenText) takeText();
  if (std::exchange(isMistaken_, false)) return traits_type::to_int_type('\xff');
  if (!outcome_ || !hasAhead(1)) return traits_type::eof();
  if (known_ == 0) known_ = unitAhead();
  --known_;
  return traits_type::to_int_type(buffer_[at_++]);
}

// Gives how long that is which is ahead: an escape, or a byte, at which a text may begin or end.
std::size_t JsonBytes::unitAhead() {
  const char byte = ahead().front();
  if (byte == '\\') return escape();
  if (byte != '"') return 1;
  if (in_ == In::Text) in_ = In::Structure;
  else in_ = use_ == Use::Parse ? In::Text : In::HiddenText;
  return 1;
}

// Up to its end, or up to what no text may hold, which is then left to the parser.
void JsonBytes::takeText() {
  in_ = In::Text;
  Utf8Check check;
  while (hasAhead(1)) {
    const auto all = ahead();
    const auto plain = all.substr(0, static_cast<std::size_t>(std::find_if_not(all.begin(), all.end(), isPlain) - all.begin()));
    if (!plain.empty()) {
      if (!takePlain(plain, check)) return;
      continue;
    }
    isMistaken_ = !check.whole();
    if (isMistaken_ || all.front() != '\\' || !takeEscape()) return;
  }
}

bool JsonBytes::takePlain(std::string_view piece, Utf8Check& check) {
  const Utf8Check before = check;
  if (!check.feed(piece)) {
    check = before;
    std::size_t sound = 0;
    while (check.feed(piece.substr(sound, 1))) ++sound;
    hide(sound);
    isMistaken_ = true;
    return false;
  }
  if (use_ == Use::Give) outcome_ = take_(piece);
  hide(piece.size());
  return outcome_.has_value();
}

bool JsonBytes::takeEscape() {
  if (!hasAhead(2)) return false;
  const std::size_t length = escape();
  std::string meant;
  if (length == 2) {
    const char plain = shortEscape(ahead()[1]);
    if (plain == '\0') return false;
    meant = plain;
  } else {
    const unsigned first = codeUnit(0).value_or(0), second = length > kUnitBytes ? codeUnit(kUnitBytes).value_or(0) : 0;
    appendUtf8(meant, second == 0 ? first : 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
  }
  if (use_ == Use::Give) outcome_ = take_(meant);
  hide(length);
  return outcome_.has_value();
}

void JsonBytes::hide(std::size_t bytes) {
  at_ += bytes;
  hiddenInLine_ += bytes;
  place_.column += bytes;
  before_ = {place_.line, place_.column - std::min<std::size_t>(1, place_.column)};
}

// Gives how long the escape is that is ahead.
std::size_t JsonBytes::escape() {
  if (!hasAhead(2)) return 1;
  const auto first = codeUnit(0);
  if (!first) return 2;
  if (*first < 0xd800 || *first > 0xdfff) return kUnitBytes;
  const unsigned second = *first < 0xdc00 ? codeUnit(kUnitBytes).value_or(0) : 0;
  if (second >= 0xdc00 && second <= 0xdfff) return 2 * kUnitBytes;
  buffer_.replace(at_, kUnitBytes, "\\ufffd");
  return kUnitBytes;
}

// That of "\uXXXX"; nothing when it is none.
std::optional<unsigned> JsonBytes::codeUnit(std::size_t at) {
  if (!hasAhead(at + kUnitBytes) || ahead().substr(at, 2) != "\\u") return std::nullopt;
  unsigned code = 0;
  const char* const begin = ahead().data() + at + 2;
  const auto read = std::from_chars(begin, begin + 4, code, 16);
  return read.ec == std::errc() && read.ptr == begin + 4 ? std::optional(code) : std::nullopt;
}

}  // namespace sluice::har
