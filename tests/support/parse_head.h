// Feeds raw text to a HeadParser in pieces of one size and keeps what came out.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "core/codec/http1/head_parser.h"

namespace sluice::http1::test {

inline constexpr std::size_t kFragmentSizes[] = {1, 2, 3, 7, std::size_t(-1)};

struct Parsed {
  HeadParser parser;
  bool done = false;
  std::size_t consumed = 0;
  std::optional<Error> error;

  const Head& head() const { return parser.head(); }
};

inline Parsed parse(Role role, std::string_view text, std::size_t fragmentSize = std::size_t(-1)) {
  Parsed result{HeadParser(role), false, 0, {}};
  while (!text.empty() && !result.done && !result.error) {
    // A copy of exactly the fragment, so that a sanitizer sees any read past its end.
    const std::string fragment(text.substr(0, fragmentSize));
    const auto fed = result.parser.feed(asBytes(fragment));
    if (!fed) {
      result.error = fed.error();
      break;
    }
    result.done = fed->state == HeadParser::State::Done;
    result.consumed += fed->consumed;
    text.remove_prefix(fragment.size());
  }
  return result;
}

// The head of a message that the test knows to be good, with "\n" in the text standing for CRLF.
inline std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

inline Head goodHead(Role role, std::string_view text) {
  auto parsed = parse(role, crlf(text));
  if (!parsed.done) return {};
  return parsed.parser.take();
}
inline Head request(std::string_view text) { return goodHead(Role::Request, text); }
inline Head response(std::string_view text) { return goodHead(Role::Response, text); }

}  // namespace sluice::http1::test
