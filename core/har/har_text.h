// Bytes as JSON text, in pieces. Any thread, one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::har {

// Whether a text that comes in pieces is UTF-8 (RFC 3629).
class Utf8Check {
 public:
  // False once it is certain that it is not.
  bool feed(std::string_view piece);
  bool whole() const { return valid_ && missing_ == 0; }

 private:
  bool valid_ = true;
  int missing_ = 0;             // continuation bytes of the character that has begun
  unsigned char least_ = 0x80;  // the next of them lies between these
  unsigned char most_ = 0xbf;
};

bool isUtf8(std::string_view text);
// `text` when it is UTF-8, else each byte as the character of Latin 1 that it would be.
std::string asUtf8(std::string_view text);
std::string latin1AsUtf8(std::string_view text);

// The inside of a JSON string. REQUIRES: UTF-8, but a piece may end inside a character.
std::string escaped(std::string_view piece);
// A whole JSON string of any bytes.
std::string jsonString(std::string_view text);

// Base64 (RFC 4648, 4) of bytes that come in pieces.
class Base64 {
 public:
  std::string feed(std::string_view piece);
  std::string finish();

 private:
  std::string rest_;
};

// The bytes of base64 that comes in pieces: of its alphabet or the URL's; spaces and line ends are passed over, padding may be missing.
class FromBase64 {
 public:
  // Appends to `out`. False once it is certain that it is no base64.
  bool feed(std::string_view piece, std::string& out);
  bool finish(std::string& out);

 private:
  bool valid_ = true;
  bool padded_ = false;  // what follows is passed over
  unsigned bits_ = 0;
  int count_ = 0;  // of digits that make no three bytes yet
};

// A whole one; nothing when it is not base64.
std::optional<std::string> fromBase64(std::string_view text);

}  // namespace sluice::har
