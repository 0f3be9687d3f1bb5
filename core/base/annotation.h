// What a person says of an exchange: a colour to find it by, and words. Any thread.
//
// Limits: below; a comment is a remark of some lines, and a change of many exchanges one short transaction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Stored by number: append only.
enum class Mark : std::uint8_t { None = 0, Red = 1, Orange = 2, Yellow = 3, Green = 4, Blue = 5, Purple = 6 };

// By number, as people type them.
inline constexpr std::array<std::string_view, 7> kMarkNames{"none", "red", "orange", "yellow", "green", "blue", "purple"};
static_assert(kMarkNames.size() == std::size_t(Mark::Purple) + 1);

inline constexpr std::size_t kCommentBytesMax = 4096;
inline constexpr std::size_t kAnnotatedAtOnceMax = 7'000;  // fits one request of the control protocol (encode.cpp)

std::string_view name(Mark mark);
std::optional<Mark> markNamed(std::string_view name);

// What is absent stays as it is.
struct Annotation {
  std::optional<Mark> mark;
  std::optional<std::string> comment;  // empty: none any more

  friend bool operator==(const Annotation&, const Annotation&) = default;
};

}  // namespace sluice
