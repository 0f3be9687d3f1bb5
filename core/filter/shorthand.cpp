#include "core/filter/shorthand.h"

#include <algorithm>

namespace sluice::filter {
namespace {

using Takes = Shorthand::Takes;

constexpr Shorthand kShorthands[] = {
    {"a", Takes::Nothing, "an asset: style sheet, script, image or font"},
    {"all", Takes::Nothing, "everything"},
    {"b", Takes::Pattern, "either body"},
    {"bq", Takes::Pattern, "the request's body"},
    {"bs", Takes::Pattern, "the response's body"},
    {"c", Takes::Number, "status of the response"},
    {"comment", Takes::Pattern, "what a person wrote about it"},
    {"d", Takes::Pattern, "host that was asked"},
    {"dst", Takes::Pattern, "address that was connected to"},
    {"e", Takes::Nothing, "something went wrong"},
    {"h", Takes::Pattern, "a line of either head"},
    {"hq", Takes::Pattern, "a line of the request's head"},
    {"hs", Takes::Pattern, "a line of the response's head"},
    {"http", Takes::Nothing, "HTTP, no tunnel"},
    {"m", Takes::Pattern, "request method"},
    {"marked", Takes::Nothing, "marked with a colour"},
    {"q", Takes::Nothing, "no response came yet"},
    {"s", Takes::Nothing, "a response came"},
    {"src", Takes::Pattern, "address of the client"},
    {"t", Takes::Pattern, "content type of either side"},
    {"tcp", Takes::Nothing, "a tunnel"},
    {"tq", Takes::Pattern, "content type of the request"},
    {"ts", Takes::Pattern, "content type of the response"},
    {"u", Takes::Pattern, "the whole URL"},
    {"websocket", Takes::Nothing, "a WebSocket"},
};

constexpr std::string_view kAssets =
    "^(text/css|text/javascript|application/(x-)?javascript|image/|font/|application/(x-)?font|application/x-shockwave-flash)";

Node matches(Field field, std::string pattern) { return Node::of({field, Op::Matches, std::move(pattern), 0}); }
Node number(Field field, Op op, std::int64_t value) { return Node::of({field, op, {}, value}); }

Node contentTypeOfRequest(const std::string& pattern) {
  return matches(Field::RequestHeader, "^content-type:.*(" + pattern + ")");
}

Node withoutPattern(std::string_view name) {
  if (name == "a") return matches(Field::Type, std::string(kAssets));
  if (name == "e") return matches(Field::Error, ".");
  if (name == "http") return number(Field::Kind, Op::Equals, 0);
  if (name == "tcp") return number(Field::Kind, Op::Equals, 1);
  if (name == "marked") return Node::negation(number(Field::Mark, Op::Equals, 0));
  if (name == "q") return number(Field::Status, Op::Equals, 0);
  if (name == "s") return Node::negation(number(Field::Status, Op::Equals, 0));
  if (name == "websocket") {
    return Node::both(number(Field::Status, Op::Equals, 101), matches(Field::RequestHeader, "^upgrade:.*websocket"));
  }
  return {};
}

}  // namespace

std::span<const Shorthand> shorthands() { return kShorthands; }

const Shorthand* findShorthand(std::string_view name) {
  const auto found = std::find_if(std::begin(kShorthands), std::end(kShorthands),
                                  [&](const Shorthand& each) { return each.name == name; });
  return found == std::end(kShorthands) ? nullptr : found;
}

Node meaningOf(const Shorthand& shorthand, const std::string& pattern, std::int64_t value) {
  const std::string_view name = shorthand.name;
  switch (shorthand.takes) {
    case Takes::Nothing: return withoutPattern(name);
    case Takes::Number: return number(Field::Status, Op::Equals, value);
    case Takes::Pattern: break;
  }
  if (name == "b") return matches(Field::Body, pattern);
  if (name == "bq") return matches(Field::RequestBody, pattern);
  if (name == "bs") return matches(Field::ResponseBody, pattern);
  if (name == "comment") return matches(Field::Comment, pattern);
  if (name == "d") return matches(Field::Host, pattern);
  if (name == "dst") return matches(Field::Upstream, pattern);
  if (name == "h") return matches(Field::Header, pattern);
  if (name == "hq") return matches(Field::RequestHeader, pattern);
  if (name == "hs") return matches(Field::ResponseHeader, pattern);
  if (name == "m") return matches(Field::Method, pattern);
  if (name == "src") return matches(Field::Client, pattern);
  if (name == "t") return Node::either(matches(Field::Type, pattern), contentTypeOfRequest(pattern));
  if (name == "tq") return contentTypeOfRequest(pattern);
  if (name == "ts") return matches(Field::Type, pattern);
  return matches(Field::Url, pattern);
}

}  // namespace sluice::filter
