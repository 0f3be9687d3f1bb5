#include "core/filter/expression.h"

#include <algorithm>

namespace sluice::filter {
namespace {

std::string_view symbol(Op op) {
  switch (op) {
    case Op::Matches: return "~";
    case Op::Contains: return "";
    case Op::Equals: return "=";
    case Op::Less: return "<";
    case Op::LessOrEqual: return "<=";
    case Op::Greater: return ">";
    case Op::GreaterOrEqual: return ">=";
  }
  return "";
}

std::string toText(const Term& term) {
  if (term.op == Op::Contains) return quoted(term.text);
  const FieldInfo& field = info(term.field);
  std::string text = std::string(field.name) + std::string(symbol(term.op));
  switch (field.type) {
    case FieldType::Text:
    case FieldType::Content: return text + quoted(term.text);
    case FieldType::Number:
    case FieldType::Bytes: return text + std::to_string(term.number);
    case FieldType::Duration: return text + std::to_string(term.number) + "us";
    case FieldType::Choice: return text + std::string(field.choices[static_cast<std::size_t>(term.number)]);
  }
  return text;
}

// Inside a Not, And or Or.
std::string nested(const Node& node) {
  const bool group = node.kind == Node::Kind::And || node.kind == Node::Kind::Or;
  return group ? "(" + toText(node) + ")" : toText(node);
}

}  // namespace

Node Node::negation(Node node) {
  Node all;
  all.kind = Kind::Not;
  all.children.push_back(std::move(node));
  return all;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string toText(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Everything: return "~all";
    case Node::Kind::Term: return toText(node.term);
    case Node::Kind::Not: return "!" + nested(node.children.front());
    case Node::Kind::And:
    case Node::Kind::Or: break;
  }
  std::string text;
  for (const Node& child : node.children) {
    if (!text.empty()) text += node.kind == Node::Kind::And ? " & " : " | ";
    text += nested(child);
  }
  return text;
}

}  // namespace sluice::filter
