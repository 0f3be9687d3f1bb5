#include "core/har/har_text.h"

#include <array>
#include <cstdio>

namespace sluice::har {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

unsigned byteAt(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

void appendGroup(std::string& to, std::string_view group) {
  const unsigned bits = byteAt(group, 0) << 16 | (group.size() > 1 ? byteAt(group, 1) << 8 : 0u) | (group.size() > 2 ? byteAt(group, 2)
      : 0u);
  to += kDigits[bits >> 18];
  to += kDigits[bits >> 12 & 63];
  to += group.size() > 1 ? kDigits[bits >> 6 & 63] : '=';
  to += group.size() > 2 ? kDigits[bits & 63] : '=';
}

int digitValue(char c) {
  if (c == '-') return 62;  // of the URL's alphabet, which some tools use here too
  if (c == '_') return 63;
  const auto at = kDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

bool Utf8Check::feed(std::string_view piece) {
  for (const char c : piece) {
    const auto byte = static_cast<unsigned char>(c);
    if (missing_ > 0) {
      valid_ = valid_ && byte >= least_ && byte <= most_;
      --missing_;
      least_ = 0x80;
      most_ = 0xbf;
      continue;
    }
    if (byte < 0x80) continue;
    valid_ = valid_ && byte >= 0xc2 && byte <= 0xf4;
    missing_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte == 0xe0) least_ = 0xa0;  // else it could be shorter
    if (byte == 0xed) most_ = 0x9f;   // surrogates
    if (byte == 0xf0) least_ = 0x90;
    if (byte == 0xf4) most_ = 0x8f;   // above U+10FFFF
  }
  return valid_;
}

bool isUtf8(std::string_view text) {
  Utf8Check check;
  check.feed(text);
  return check.whole();
}

std::string asUtf8(std::string_view text) { return isUtf8(text) ? std::string(text) : latin1AsUtf8(text); }

std::string latin1AsUtf8(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      result += c;
    } else {
      result += static_cast<char>(0xc0 | byte >> 6);
      result += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return result;
}

std::string escaped(std::string_view piece) {
  std::string result;
  result.reserve(piece.size());
  for (const char c : piece) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if (c == '\t') {
      result += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> text{};
      std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(byte));
      result += text.data();
    } else {
      result += c;
    }
  }
  return result;
}

std::string jsonString(std::string_view text) { return '"' + escaped(asUtf8(text)) + '"'; }

std::string Base64::feed(std::string_view piece) {
  rest_ += piece;
  std::string result;
  result.reserve(rest_.size() / 3 * 4);
  std::size_t at = 0;
  for (; rest_.size() - at >= 3; at += 3) appendGroup(result, std::string_view(rest_).substr(at, 3));
  rest_.erase(0, at);
  return result;
}

std::string Base64::finish() {
  std::string result;
  if (!rest_.empty()) appendGroup(result, rest_);
  rest_.clear();
  return result;
}

bool FromBase64::feed(std::string_view piece, std::string& out) {
  for (const char c : piece) {
    if (!valid_ || padded_) break;
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c == '=') {
      padded_ = true;
      break;
    }
    const int value = digitValue(c);
    valid_ = value >= 0;
    bits_ = bits_ << 6 | (static_cast<unsigned>(value) & 63);
    if (++count_ < 4) continue;
    out += static_cast<char>(bits_ >> 16 & 0xff);
    out += static_cast<char>(bits_ >> 8 & 0xff);
    out += static_cast<char>(bits_ & 0xff);
    bits_ = 0;
    count_ = 0;
  }
  return valid_;
}

bool FromBase64::finish(std::string& out) {
  if (!valid_ || count_ == 1) return false;
  if (count_ >= 2) out += static_cast<char>(bits_ >> (count_ == 2 ? 4 : 10) & 0xff);
  if (count_ == 3) out += static_cast<char>(bits_ >> 2 & 0xff);
  return true;
}

std::optional<std::string> fromBase64(std::string_view text) {
  FromBase64 reading;
  std::string result;
  result.reserve(text.size() / 4 * 3);
  if (!reading.feed(text, result) || !reading.finish(result)) return std::nullopt;
  return result;
}

}  // namespace sluice::har
