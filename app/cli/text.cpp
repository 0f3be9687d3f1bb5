#include "app/cli/text.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace sluice::cli {
namespace {

unsigned char byteAt(std::string_view text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

std::string hexEscape(unsigned char byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

char32_t decoded(std::string_view character) {
  const auto first = byteAt(character, 0);
  if (character.size() == 1) return first;
  char32_t point = first & (0x7fu >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i) point = point << 6 | (byteAt(character, i) & 0x3fu);
  return point;
}

// Marks that change the direction of the text after them, and so can make one address look like another.
bool reordersText(char32_t point) {
  return point == 0x061c || point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069);
}

std::string printed(const char* format, auto... values) {
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), format, values...);
  return {text.data(), static_cast<std::size_t>(size)};
}

void appendVisible(std::string& out, std::string_view character) {
  const auto point = decoded(character);
  if (point == '\n') {
    out += "\\n";
  } else if (point == '\r') {
    out += "\\r";
  } else if (point == '\t') {
    out += "\\t";
  } else if (point < 0x20 || point == 0x7f) {
    out += hexEscape(static_cast<unsigned char>(point));
  } else if ((point >= 0x80 && point < 0xa0) || reordersText(point) || point == 0x2028 || point == 0x2029) {
    out += printed("\\u%04x", static_cast<unsigned>(point));
  } else {
    out += character;
  }
}

// How much of it stands for itself, byte for byte; nearly all of what people look at.
std::size_t plainLength(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && byteAt(text, length) >= 0x20 && byteAt(text, length) < 0x7f) ++length;
  return length;
}

enum class LineEnds { Escape, Keep };

std::string visible(std::string_view text, LineEnds lineEnds) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (const auto plain = plainLength(text); plain > 0) {
      out += text.substr(0, plain);
      text.remove_prefix(plain);
      continue;
    }
    const auto length = utf8Length(text);
    if (length == 0) {
      out += hexEscape(byteAt(text, 0));
      text.remove_prefix(1);
      continue;
    }
    if (lineEnds == LineEnds::Keep && (text[0] == '\n' || text[0] == '\t')) {
      out += text[0];
    } else if (lineEnds == LineEnds::Escape || text.substr(0, 2) != "\r\n") {
      appendVisible(out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

// 1.6 of 1,600,000: three digits are enough to compare.
std::string scaled(double value, const char* const* units) {
  while (value >= 999.5 && units[1] != nullptr) {
    value /= 1000;
    ++units;
  }
  if (value < 9.95 && value != static_cast<double>(static_cast<int>(value))) return printed("%.1f %s", value, *units);
  return printed("%.0f %s", value, *units);
}

}  // namespace

std::size_t utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = byteAt(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byteAt(text, i) & 0xc0) != 0x80) return 0;
  }
  const auto second = byteAt(text, 1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool tooHigh = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || tooHigh ? 0 : length;
}

std::string visibleLine(std::string_view text) { return visible(text, LineEnds::Escape); }
std::string visibleText(std::string_view text) { return visible(text, LineEnds::Keep); }

Utf8Text asUtf8(std::string_view text) {
  std::string escaped;
  bool valid = true;
  for (auto rest = text; !rest.empty();) {
    const auto length = utf8Length(rest);
    valid = valid && length != 0;
    if (length == 0) {
      escaped += hexEscape(byteAt(rest, 0));
    } else if (rest[0] == '\\') {
      escaped += "\\\\";
    } else {
      escaped += rest.substr(0, length);
    }
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  if (valid) return {std::string(text), false};
  return {std::move(escaped), true};
}

std::string_view programName(std::string_view path) { return path.substr(path.find_last_of("/\\") + 1); }

std::string grouped(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string byteCount(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB", nullptr};
  return scaled(static_cast<double>(bytes), kUnits);
}

std::string rate(std::uint64_t bytesPerSecond) {
  static constexpr const char* kUnits[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", nullptr};
  return scaled(static_cast<double>(bytesPerSecond) * 8, kUnits) + " (" + byteCount(bytesPerSecond) + "/s)";
}

std::string duration(Micros time) {
  const auto us = time.count();
  const auto seconds = us / 1'000'000;
  const auto two = [](std::int64_t big, const char* bigUnit, std::int64_t small, const char* smallUnit) {
    const auto whole = std::to_string(big) + ' ' + bigUnit;
    return small == 0 ? whole : whole + ' ' + std::to_string(small) + ' ' + smallUnit;
  };
  if (us < 1000) return std::to_string(us) + " us";
  if (us < 10'000) return printed("%.1f ms", static_cast<double>(us) / 1e3);
  if (us < 1'000'000) return std::to_string(us / 1000) + " ms";
  if (us < 10'000'000) return printed("%.1f s", static_cast<double>(us) / 1e6);
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return two(seconds / 60, "min", seconds % 60, "s");
  if (seconds < 86400) return two(seconds / 3600, "h", seconds / 60 % 60, "min");
  return two(seconds / 86400, "d", seconds / 3600 % 24, "h");
}

std::string isoTime(WallTime time) {
  const auto at = wallTimeFrom(time.time_since_epoch().count());
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  return printed("%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int(date.year()), unsigned(date.month()), unsigned(date.day()),
                 int(clock.hours().count()), int(clock.minutes().count()), int(clock.seconds().count()),
                 int(clock.subseconds().count()));
}

std::string localTime(WallTime time) {
  const auto at = wallTimeFrom(time.time_since_epoch().count());
  const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  const std::tm* parts = std::localtime(&seconds);
  std::array<char, 64> text;
  const auto size = parts == nullptr ? 0 : std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", parts);
  return size == 0 ? isoTime(at) : std::string(text.data(), size);
}

}  // namespace sluice::cli
