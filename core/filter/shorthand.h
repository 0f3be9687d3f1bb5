// The forms of mitmproxy: ~ and a few letters, most of them with a regular expression. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/filter/expression.h"

namespace sluice::filter {

struct Shorthand {
  enum class Takes : std::uint8_t { Nothing, Pattern, Number };

  std::string_view name;  // without ~
  Takes takes;
  std::string_view help;
};

std::span<const Shorthand> shorthands();
const Shorthand* findShorthand(std::string_view name);

// What the form means. `pattern` is one that Pattern::create() takes, `number` one of parseNumber().
Node meaningOf(const Shorthand& shorthand, const std::string& pattern, std::int64_t number);

}  // namespace sluice::filter
