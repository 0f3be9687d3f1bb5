// A filter as a tree. Values only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/filter/fields.h"

namespace sluice::filter {

enum class Op : std::uint8_t { Matches, Contains, Equals, Less, LessOrEqual, Greater, GreaterOrEqual };

// One question. Which of `text` and `number` counts is up to the field's type: numbers for Number, Bytes, Duration
// (microseconds) and Choice (index).
struct Term {
  Field field = Field::Url;
  Op op = Op::Contains;
  std::string text;
  std::int64_t number = 0;

  friend bool operator==(const Term&, const Term&) = default;
};

struct Node {
  enum class Kind : std::uint8_t { Everything, Term, Not, And, Or };

  Kind kind = Kind::Everything;
  Term term;                   // of a Term
  std::vector<Node> children;  // Not: one; And, Or: two or more

  static Node of(Term term) { return {Kind::Term, std::move(term), {}}; }
  static Node negation(Node node);
  static Node both(Node a, Node b) { return {Kind::And, {}, {std::move(a), std::move(b)}}; }
  static Node either(Node a, Node b) { return {Kind::Or, {}, {std::move(a), std::move(b)}}; }

  friend bool operator==(const Node&, const Node&) = default;
};

// The tree as text that parse() turns into the same tree.
std::string toText(const Node& node);

// `text` as a value of the language: quoted where it must be.
std::string quoted(std::string_view text);

}  // namespace sluice::filter
