#include "core/throttle/rate.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace sluice::throttle {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool endsWith(std::string_view text, std::string_view lowerCaseEnd) {
  if (text.size() < lowerCaseEnd.size()) return false;
  const auto end = text.substr(text.size() - lowerCaseEnd.size());
  for (std::size_t i = 0; i < end.size(); ++i) {
    if (lower(end[i]) != lowerCaseEnd[i]) return false;
  }
  return true;
}

tl::unexpected<Error> notARate(std::string_view text, const std::string& why) {
  return fail(Side::Local, Code::BadArgument,
              "'" + std::string(text) + "' is not a rate: " + why + " (64k, 1.5M, 200kbit, 10mbit, unlimited)");
}

// 3 digits are as many as anybody reads: 999, 1.6, 84.4.
std::string withPrefix(double value, const std::string& unit) {
  static constexpr std::array kPrefixes{"", "K", "M", "G"};
  std::size_t prefix = 0;
  for (; value >= 999.5 && prefix + 1 < kPrefixes.size(); ++prefix) value /= 1000;
  std::array<char, 32> text{};
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  std::string number(text.data());
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') number.pop_back();
  }
  std::string prefixText = kPrefixes[prefix];
  if (unit == "bit/s" && prefixText == "K") prefixText = "k";  // the field's own spelling: kbit, but KB
  return number + " " + prefixText + unit;
}

}  // namespace

Result<Rate> parseRate(std::string_view text) {
  if (endsWith(text, "unlimited") && text.size() == 9) return kUnlimited;
  auto rest = text;
  double factor = 1;
  if (endsWith(rest, "bit")) {
    factor /= 8;
    rest.remove_suffix(3);
  }
  if (!rest.empty()) {
    const double scale = lower(rest.back()) == 'k' ? 1e3 : lower(rest.back()) == 'm' ? 1e6 : lower(rest.back()) == 'g' ? 1e9 : 0;
    if (scale > 0) {
      factor *= scale;
      rest.remove_suffix(1);
    }
  }
  double number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
  if (rest.empty() || error != std::errc() || end != rest.data() + rest.size()) return notARate(text, "a number was expected");
  const double bytesPerSecond = std::round(number * factor);
  if (bytesPerSecond < static_cast<double>(kSlowestRate.bytesPerSecond)) return notARate(text, "the slowest is 1k");
  if (!(bytesPerSecond <= static_cast<double>(kFastestRate.bytesPerSecond))) return notARate(text, "the fastest is 10G");
  return Rate{static_cast<std::uint64_t>(bytesPerSecond)};
}

std::string describe(Rate rate) {
  if (rate.isUnlimited()) return "unlimited";
  const auto bytes = static_cast<double>(rate.bytesPerSecond);
  return withPrefix(bytes * 8, "bit/s") + " (" + withPrefix(bytes, "B/s") + ")";
}

}  // namespace sluice::throttle
