// From a filter's text to its tree. Pure; any thread.
//
//   filter := any            nothing at all: everything
//   any    := all ("|" all)*
//   all    := not ("&"? not)*
//   not    := "!" not | "(" any ")" | term
//   term   := FIELD COMPARISON VALUE | "~" LETTERS [VALUE] | VALUE
//
// COMPARISON: ~ !~ = != < <= > >=. VALUE: a run of characters other than space ( ) & | " or text in double quotes, in
// which \" and \\ stand for themselves. Limits (core/base/limits.h): bytes, terms, depth.
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "core/filter/expression.h"
#include "core/filter/problem.h"

namespace sluice::filter {

tl::expected<Node, Problem> parse(std::string_view text);

}  // namespace sluice::filter
