#include "core/filter/parser.h"

#include <optional>
#include <string>

#include "core/base/limits.h"
#include "core/filter/pattern.h"
#include "core/filter/shorthand.h"
#include "core/filter/value.h"

namespace sluice::filter {
namespace {

using Parsed = tl::expected<Node, Problem>;

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool endsWord(char c) { return isSpace(c) || std::string_view("()&|\"").find(c) != std::string_view::npos; }
bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

struct Comparison {
  std::string_view symbol;
  Op op;
  bool negated;
};

// Longer symbols first.
constexpr Comparison kComparisons[] = {
    {"!~", Op::Matches, true}, {"!=", Op::Equals, true}, {"<=", Op::LessOrEqual, false}, {">=", Op::GreaterOrEqual, false},
    {"~", Op::Matches, false}, {"=", Op::Equals, false}, {"<", Op::Less, false},         {">", Op::Greater, false},
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Parsed all();

 private:
  struct Value {
    std::size_t at = 0;
    std::size_t bytes = 0;  // with its quotes
    std::string text;
  };
  // Of a term that begins with a field's name.
  struct Opening {
    std::string_view name;
    Comparison comparison;
    std::size_t end;
  };

  Parsed any();
  Parsed both();
  Parsed negation();
  Parsed group();
  Parsed term();
  Parsed shorthand();
  Parsed comparison(const Opening& opening);
  Parsed bareWord();
  std::optional<Opening> opening() const;
  tl::expected<Value, Problem> value(std::string_view of);
  tl::expected<Value, Problem> quotedValue();
  tl::expected<Value, Problem> patternValue(std::string_view of);

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool done() const { return at_ >= text_.size(); }
  void skipSpaces() {
    while (!done() && isSpace(text_[at_])) ++at_;
  }
  bool endsOperand() const { return done() || peek() == ')' || peek() == '|' || peek() == '&'; }
  tl::unexpected<Problem> problem(std::size_t at, std::size_t bytes, std::string message) const {
    return tl::unexpected(Problem{at, bytes, std::move(message)});
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t terms_ = 0;
};

Parsed Parser::all() {
  if (text_.size() > limits::kFilterTextBytesMax) return problem(0, text_.size(), "the filter is too long");
  skipSpaces();
  if (done()) return Node{};
  auto node = any();
  if (!node || done()) return node;
  return problem(at_, 1, "this parenthesis closes nothing");
}

Parsed Parser::any() {
  auto first = both();
  if (!first) return first;
  Node node;
  node.kind = Node::Kind::Or;
  node.children.push_back(std::move(*first));
  while (peek() == '|') {
    ++at_;
    auto next = both();
    if (!next) return next;
    node.children.push_back(std::move(*next));
  }
  return node.children.size() == 1 ? std::move(node.children.front()) : std::move(node);
}

Parsed Parser::both() {
  auto first = negation();
  if (!first) return first;
  Node node;
  node.kind = Node::Kind::And;
  node.children.push_back(std::move(*first));
  for (skipSpaces(); !done() && peek() != ')' && peek() != '|'; skipSpaces()) {
    if (peek() == '&') ++at_;
    auto next = negation();
    if (!next) return next;
    node.children.push_back(std::move(*next));
  }
  return node.children.size() == 1 ? std::move(node.children.front()) : std::move(node);
}

Parsed Parser::negation() {
  skipSpaces();
  if (endsOperand()) return problem(at_, 0, "a term is missing here");
  if (depth_ >= limits::kFilterDepthMax) return problem(at_, 1, "too many parentheses and negations inside each other");
  if (peek() == '(') return group();
  if (peek() != '!') return term();
  ++at_;
  ++depth_;
  auto node = negation();
  --depth_;
  if (!node) return node;
  return Node::negation(std::move(*node));
}

Parsed Parser::group() {
  const std::size_t begin = at_++;
  ++depth_;
  auto node = any();
  --depth_;
  if (!node) return node;
  if (peek() != ')') return problem(begin, 1, "this parenthesis is never closed");
  ++at_;
  return node;
}

Parsed Parser::term() {
  if (++terms_ > limits::kFilterTermsMax) return problem(at_, text_.size() - at_, "too many terms");
  if (peek() == '~') return shorthand();
  if (const auto begun = opening()) return comparison(*begun);
  return bareWord();
}

std::optional<Parser::Opening> Parser::opening() const {
  std::size_t end = at_;
  while (end < text_.size() && isNameCharacter(text_[end])) ++end;
  const auto name = text_.substr(at_, end - at_);
  if (name.empty()) return std::nullopt;
  const std::size_t adjacent = end;
  while (end < text_.size() && isSpace(text_[end])) ++end;
  for (const Comparison& each : kComparisons) {
    if (text_.substr(end, each.symbol.size()) != each.symbol) continue;
    // After a space, ~ begins another form; and what is no field's name is a word.
    if (end != adjacent && (each.op == Op::Matches || findField(name) == nullptr)) return std::nullopt;
    return Opening{name, each, end + each.symbol.size()};
  }
  return std::nullopt;
}

Parsed Parser::comparison(const Opening& opening) {
  const FieldInfo* field = findField(opening.name);
  if (field == nullptr) {
    return problem(at_, opening.name.size(), "there is no field \"" + std::string(opening.name) +
                                                 "\"; in quotes it is searched for in the URL");
  }
  const std::size_t symbolAt = opening.end - opening.comparison.symbol.size();
  const Op op = opening.comparison.op;
  const bool text = field->type == FieldType::Text || field->type == FieldType::Content;
  const bool equals = op == Op::Equals;
  const bool fits = text ? op == Op::Matches || (equals && field->type == FieldType::Text)
                         : op != Op::Matches && (equals || field->type != FieldType::Choice);
  if (!fits) {
    const char* wanted = text ? (field->type == FieldType::Text ? "~ or =" : "~")
                              : (field->type == FieldType::Choice ? "=" : "=, <, <=, > or >=");
    return problem(symbolAt, opening.comparison.symbol.size(), std::string(field->name) + " is compared with " + wanted);
  }
  at_ = opening.end;
  auto value = op == Op::Matches ? patternValue(field->name) : this->value(field->name);
  if (!value) return tl::unexpected(value.error());
  Term term{field->field, op, {}, 0};
  if (text) {
    term.text = std::move(value->text);
  } else {
    const auto number = parseNumber(*field, value->text);
    if (!number) return problem(value->at, value->bytes, number.error());
    term.number = *number;
  }
  Node node = Node::of(std::move(term));
  return opening.comparison.negated ? Node::negation(std::move(node)) : node;
}

Parsed Parser::shorthand() {
  const std::size_t begin = at_++;
  std::size_t end = at_;
  while (end < text_.size() && isNameCharacter(text_[end])) ++end;
  const Shorthand* form = findShorthand(text_.substr(at_, end - at_));
  if (form == nullptr) {
    return problem(begin, end - begin, "there is no form \"" + std::string(text_.substr(begin, end - begin)) + "\"");
  }
  at_ = end;
  const std::string name = "~" + std::string(form->name);
  if (form->takes == Shorthand::Takes::Nothing) return meaningOf(*form, {}, 0);
  if (form->takes == Shorthand::Takes::Pattern) {
    auto pattern = patternValue(name);
    if (!pattern) return tl::unexpected(pattern.error());
    return meaningOf(*form, pattern->text, 0);
  }
  const auto text = value(name);
  if (!text) return tl::unexpected(text.error());
  const auto number = parseNumber(info(Field::Status), text->text);
  if (!number) return problem(text->at, text->bytes, number.error());
  return meaningOf(*form, {}, *number);
}

Parsed Parser::bareWord() {
  auto word = value("the URL");
  if (!word) return tl::unexpected(word.error());
  return Node::of({Field::Url, Op::Contains, std::move(word->text), 0});
}

tl::expected<Parser::Value, Problem> Parser::value(std::string_view of) {
  skipSpaces();
  if (peek() == '"' && !done()) return quotedValue();
  const std::size_t begin = at_;
  while (!done() && !endsWord(text_[at_])) ++at_;
  if (at_ == begin) return problem(at_, 0, "what " + std::string(of) + " is compared with is missing here");
  return Value{begin, at_ - begin, std::string(text_.substr(begin, at_ - begin))};
}

tl::expected<Parser::Value, Problem> Parser::quotedValue() {
  Value value{at_++, 0, {}};
  for (; !done() && peek() != '"'; ++at_) {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    // Any other backslash belongs to the value: regular expressions are full of them.
    if (peek() == '\\' && (next == '"' || next == '\\')) ++at_;
    value.text += text_[at_];
  }
  if (done()) return problem(value.at, text_.size() - value.at, "this quote is never closed");
  value.bytes = ++at_ - value.at;
  return value;
}

tl::expected<Parser::Value, Problem> Parser::patternValue(std::string_view of) {
  auto pattern = value(of);
  if (!pattern) return pattern;
  const auto compiled = Pattern::create(pattern->text);
  if (!compiled) return problem(pattern->at, pattern->bytes, "\"" + pattern->text + "\" " + compiled.error());
  return pattern;
}

}  // namespace

Parsed parse(std::string_view text) { return Parser(text).all(); }

}  // namespace sluice::filter
