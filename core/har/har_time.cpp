#include "core/har/har_time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace sluice::har {
namespace {

// Takes exactly `count` digits.
bool takeNumber(std::string_view& text, std::size_t count, int& number) {
  if (text.size() < count) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, number);
  if (error != std::errc() || end != text.data() + count || text.front() == '-') return false;
  text.remove_prefix(count);
  return true;
}

bool takeOneOf(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::int64_t takeFraction(std::string_view& text) {
  std::int64_t micros = 0;
  std::int64_t unit = 100'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    micros += (text.front() - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
  }
  return micros;
}

// "Z", "+01:00", "-0530" or nothing.
std::optional<std::chrono::minutes> takeOffset(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return std::chrono::minutes(0);
  const bool west = text.front() == '-';
  int hours = 0, minutes = 0;
  if (!takeOneOf(text, "+-") || !takeNumber(text, 2, hours)) return std::nullopt;
  takeOneOf(text, ":");
  if (!text.empty() && !takeNumber(text, 2, minutes)) return std::nullopt;
  if (!text.empty() || hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(hours * 60 + minutes);
  return west ? -offset : offset;
}

// How long the step took that ended at `end`, and `at` moved there.
std::int64_t step(std::int64_t end, std::int64_t& at) {
  if (end < 0) return -1;
  const std::int64_t took = std::max<std::int64_t>(0, end - at);
  at = std::max(at, end);
  return took;
}

std::int64_t ending(std::int64_t took, std::int64_t& at) {
  if (took < 0) return -1;
  at += took;
  return at;
}

}  // namespace

std::string isoTime(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int(date.year()), unsigned(date.month()),
                unsigned(date.day()), int(clock.hours().count()), int(clock.minutes().count()), int(clock.seconds().count()),
                int(clock.subseconds().count()));
  return text.data();
}

std::optional<WallTime> fromIsoTime(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const bool date = takeNumber(text, 4, year) && takeOneOf(text, "-") && takeNumber(text, 2, month) && takeOneOf(text, "-") &&
                    takeNumber(text, 2, day);
  const bool clock = date && takeOneOf(text, "Tt ") && takeNumber(text, 2, hour) && takeOneOf(text, ":") &&
                     takeNumber(text, 2, minute) && takeOneOf(text, ":") && takeNumber(text, 2, second);
  if (!clock || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t micros = takeOneOf(text, ".,") ? takeFraction(text) : 0;
  const auto offset = takeOffset(text);
  const std::chrono::year_month_day ymd{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                        std::chrono::day(static_cast<unsigned>(day))};
  if (!offset || !ymd.ok()) return std::nullopt;
  const auto local = std::chrono::sys_days(ymd) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  return WallTime(std::chrono::duration_cast<Micros>((local - *offset).time_since_epoch()) + Micros(micros));
}

Timings timingsOf(const capture::Phases& phases) {
  Timings timings;
  std::int64_t at = 0;
  timings.dns = step(phases.resolvedUs, at);
  timings.connect = step(phases.connectedUs, at);
  timings.send = step(phases.requestSentUs, at);
  timings.wait = step(phases.responseFirstUs >= 0 ? phases.responseFirstUs : phases.responseHeadUs, at);
  timings.receive = step(phases.finishedUs, at);
  return timings;
}

capture::Phases phasesOf(const Timings& timings) {
  capture::Phases phases;
  std::int64_t at = 0;
  phases.resolvedUs = ending(timings.dns, at);
  phases.connectedUs = ending(timings.connect, at);
  phases.requestSentUs = ending(timings.send, at);
  phases.responseHeadUs = ending(timings.wait, at);
  phases.finishedUs = ending(timings.receive, at);
  return phases;
}

std::int64_t total(const Timings& timings) {
  std::int64_t sum = 0;
  for (const std::int64_t each : {timings.dns, timings.connect, timings.send, timings.wait, timings.receive}) {
    sum += std::max<std::int64_t>(0, each);
  }
  return sum;
}

std::string milliseconds(std::int64_t microseconds) {
  if (microseconds < 0) return "-1";
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03d", static_cast<long long>(microseconds / 1000), int(microseconds % 1000));
  std::string result = text.data();
  while (result.back() == '0') result.pop_back();
  if (result.back() == '.') result.pop_back();
  return result;
}

}  // namespace sluice::har
