#include "core/filter/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

namespace sluice::filter {
namespace {

struct Unit {
  std::string_view name;  // lower case
  double factor;
};

constexpr Unit kByteUnits[] = {{"", 1},      {"b", 1},       {"k", 1e3},          {"kb", 1e3},          {"m", 1e6}, {"mb", 1e6},
                               {"g", 1e9},   {"gb", 1e9},    {"kib", 1024},       {"mib", 1024 * 1024}, {"gib", 1024.0 * 1024 * 1024}};
constexpr Unit kDurationUnits[] = {{"", 1e3}, {"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"min", 60e6}, {"h", 3600e6}};
constexpr Unit kNoUnits[] = {{"", 1}};

std::span<const Unit> unitsOf(FieldType type) {
  switch (type) {
    case FieldType::Bytes: return kByteUnits;
    case FieldType::Duration: return kDurationUnits;
    case FieldType::Text:
    case FieldType::Content:
    case FieldType::Number:
    case FieldType::Choice: break;
  }
  return kNoUnits;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::string_view exampleOf(FieldType type) {
  switch (type) {
    case FieldType::Bytes: return "bytes, like 512, 10k or 1.5M";
    case FieldType::Duration: return "a time, like 250ms or 2s";
    case FieldType::Text:
    case FieldType::Content:
    case FieldType::Number:
    case FieldType::Choice: break;
  }
  return "a whole number";
}

tl::expected<std::int64_t, std::string> parseChoice(const FieldInfo& field, std::string_view text) {
  const std::string wanted = lower(text);
  const auto found = std::find(field.choices.begin(), field.choices.end(), wanted);
  if (found == field.choices.end()) {
    return tl::unexpected("\"" + std::string(text) + "\" is none of the values of " + std::string(field.name) + ": " +
                          std::string(field.help));
  }
  return found - field.choices.begin();
}

// Whole numbers exactly, also where a double could not hold them.
bool parseWhole(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

tl::expected<std::int64_t, std::string> parseNumber(const FieldInfo& field, std::string_view text) {
  if (field.type == FieldType::Choice) return parseChoice(field, text);
  const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string unit = lower(text.substr(digits));
  const auto units = unitsOf(field.type);
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit& each) { return each.name == unit; });
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value, std::chars_format::fixed);
  const bool whole = field.type != FieldType::Number || text.find('.') == std::string_view::npos;
  const bool tooLarge = error == std::errc::result_out_of_range;
  if (found == units.end() || digits == 0 || !whole || end != text.data() + digits || (error != std::errc() && !tooLarge)) {
    return tl::unexpected("\"" + std::string(text) + "\" is not " + std::string(exampleOf(field.type)));
  }
  std::int64_t exact = 0;
  if (found->factor == 1 && parseWhole(text.substr(0, digits), exact)) return exact;
  const double scaled = value * found->factor;
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  if (tooLarge || scaled >= static_cast<double>(largest)) return largest;
  return static_cast<std::int64_t>(std::llround(scaled));
}

}  // namespace sluice::filter
