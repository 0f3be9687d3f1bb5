#include "core/store/filter_sql.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/annotation.h"
#include "core/base/error.h"
#include "core/capture/records.h"
#include "core/store/row_columns.h"
#include "core/store/rows.h"

namespace sluice::store {
namespace {

using filter::Field;
using filter::FieldType;
using filter::Node;
using filter::Op;
using filter::Term;

// Choices are kept under the numbers of our enums.
static_assert(static_cast<int>(State::Running) == 0 && static_cast<int>(State::Complete) == 1 &&
              static_cast<int>(State::Failed) == 2 && static_cast<int>(State::CutOff) == 3);
static_assert(static_cast<int>(capture::Kind::Http) == 0 && static_cast<int>(capture::Kind::Tunnel) == 1);
static_assert(static_cast<int>(Mark::None) == 0 && static_cast<int>(Mark::Purple) == 6);
static_assert(static_cast<int>(Side::Local) == 0 && static_cast<int>(Side::Client) == 1 && static_cast<int>(Side::Upstream) == 2);

// As hexadecimal digits no text can end the literal.
std::string literal(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string sql = "CAST(x'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    sql += kDigits[byte >> 4];
    sql += kDigits[byte & 15];
  }
  return sql + "' AS TEXT)";
}

std::string_view symbol(Op op) {
  switch (op) {
    case Op::Less: return " < ";
    case Op::LessOrEqual: return " <= ";
    case Op::Greater: return " > ";
    case Op::GreaterOrEqual: return " >= ";
    case Op::Matches:
    case Op::Contains:
    case Op::Equals: break;
  }
  return " = ";
}

std::string_view columnOf(Field field) {
  switch (field) {
    case Field::Url: return "url";
    case Field::Host: return "host";
    case Field::Path: return "path";
    case Field::Method: return "method";
    case Field::Scheme: return "scheme";
    case Field::Type: return "content_type";
    case Field::Error: return "error_detail";
    // Without a connection it is an empty text: what is NULL is NULL when it is negated, too.
    case Field::Client: return "ifnull((SELECT client_address FROM connection WHERE connection.id = exchange.connection), '')";
    case Field::Program: return "ifnull((SELECT client_program FROM connection WHERE connection.id = exchange.connection), '')";
    case Field::Upstream: return "upstream_address";
    case Field::Id: return "id";
    case Field::Status: return "status";
    case Field::Port: return "port";
    case Field::Size: return "response_bytes";
    case Field::RequestSize: return "request_bytes";
    case Field::Duration: return "finished_us";
    case Field::State: return "state";
    case Field::Kind: return "kind";
    case Field::Mark: return "mark";
    case Field::Comment: return "comment";
    case Field::Side: return "error_side";
    case Field::Header:
    case Field::RequestHeader:
    case Field::ResponseHeader:
    case Field::Body:
    case Field::RequestBody:
    case Field::ResponseBody: break;
  }
  return "NULL";
}

bool readsContent(const Node& node) {
  if (node.kind == Node::Kind::Term) return filter::info(node.term.field).type == FieldType::Content;
  return std::any_of(node.children.begin(), node.children.end(), readsContent);
}

class Compiler {
 public:
  explicit Compiler(Hosts hosts) : hosts_(hosts) {}
  Result<FilterSql> compile(const Node& node);

 private:
  Result<std::string> condition(const Node& node);
  Result<std::string> joined(const Node& node, std::string_view word);
  Result<std::string> condition(const Term& term);
  Result<std::string> pattern(const Term& term);
  static std::optional<std::string> contentMatches(Field field, const std::string& pattern);
  std::string matches(Field field, const std::string& pattern);
  static std::string compared(const Term& term);

  Hosts hosts_;
  FilterSql sql_;
};

Result<FilterSql> Compiler::compile(const Node& node) {
  auto whole = condition(node);
  if (!whole) return fail(whole.error());
  sql_.condition = std::move(*whole);
  // Of the same patterns under the same numbers, since it goes the same way.
  auto ofRow = hosts_ == Hosts::ByName ? Compiler(Hosts::ByRow).condition(node) : Result<std::string>(sql_.condition);
  if (!ofRow) return fail(ofRow.error());
  // As a value, SQLite would look at both sides of an AND, whatever the first says.
  sql_.ofRow = "iif(" + *ofRow + ", 1, 0)";
  if (!sql_.readsContent) {
    sql_.cheap = sql_.condition;
  } else if (node.kind == Node::Kind::And) {
    for (const Node& child : node.children) {
      if (readsContent(child)) continue;
      auto each = condition(child);
      if (!each) return fail(each.error());
      sql_.cheap += " AND " + *each;
    }
  }
  return std::move(sql_);
}

Result<std::string> Compiler::condition(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Everything: return std::string("1");
    case Node::Kind::Term: return condition(node.term);
    case Node::Kind::And: return joined(node, " AND ");
    case Node::Kind::Or: return joined(node, " OR ");
    case Node::Kind::Not: break;
  }
  auto inner = condition(node.children.front());
  if (!inner) return inner;
  return "NOT " + *inner;
}

Result<std::string> Compiler::joined(const Node& node, std::string_view word) {
  std::vector<const Node*> children;
  for (const Node& child : node.children) children.push_back(&child);
  // What costs little first: SQLite looks no further once the whole is decided.
  std::stable_partition(children.begin(), children.end(), [](const Node* child) { return !readsContent(*child); });
  std::string sql;
  for (const Node* child : children) {
    auto each = condition(*child);
    if (!each) return each;
    if (!sql.empty()) sql += word;
    // AND binds tighter; each pair of parentheses less lets filters be deeper.
    const bool bare = node.kind == Node::Kind::Or && child->kind == Node::Kind::And;
    sql += bare ? each->substr(1, each->size() - 2) : *each;
  }
  return "(" + sql + ")";
}

Result<std::string> Compiler::condition(const Term& term) {
  if (term.op == Op::Matches || term.op == Op::Contains) {
    const auto parameter = pattern(term);
    if (!parameter) return parameter;
    return matches(term.field, *parameter);
  }
  if (filter::info(term.field).type == FieldType::Text) {
    return "(" + std::string(columnOf(term.field)) + " COLLATE NOCASE = " + literal(term.text) + ")";
  }
  return compared(term);
}

Result<std::string> Compiler::pattern(const Term& term) {
  if (term.op == Op::Contains) {
    sql_.patterns.push_back(filter::Pattern::literal(term.text));
  } else {
    auto created = filter::Pattern::create(term.text);
    if (!created) return fail(Side::Local, Code::BadArgument, "filter: \"" + term.text + "\" " + created.error());
    sql_.patterns.push_back(std::move(*created));
  }
  return "?" + std::to_string(kFirstPattern + static_cast<int>(sql_.patterns.size()) - 1);
}

// Heads and bodies lie in tables of their own.
std::optional<std::string> Compiler::contentMatches(Field field, const std::string& pattern) {
  const auto head = [&](const std::string& found) {
    return "EXISTS (SELECT 1 FROM head WHERE head.exchange = exchange.id AND (" + found + "))";
  };
  // Most bodies lie beside the heads: one look gives both.
  const std::string requestBody = "(request_stored_bytes > 0 AND body_found(" + pattern +
                                  ", exchange.id, 0, request, 0, request_place, request_stored_bytes, request_body))";
  const std::string responseBody = "(response_stored_bytes > 0 AND body_found(" + pattern + ", exchange.id, 1, response, " + kIsImported +
                                   ", response_place, response_stored_bytes, response_body))";
  const std::string requestHead = "head_found(" + pattern + ", request)";
  const std::string responseHead = "head_found(" + pattern + ", response)";
  if (field == Field::Header) return head(requestHead + " OR " + responseHead);
  if (field == Field::RequestHeader) return head(requestHead);
  if (field == Field::ResponseHeader) return head(responseHead);
  const std::string anyBody = "(request_stored_bytes > 0 OR response_stored_bytes > 0)";
  if (field == Field::Body) return head(anyBody + " AND (" + requestBody + " OR " + responseBody + ")");
  if (field == Field::RequestBody) return head(requestBody);
  if (field == Field::ResponseBody) return head(responseBody);
  return std::nullopt;
}

std::string Compiler::matches(Field field, const std::string& pattern) {
  if (auto content = contentMatches(field, pattern)) {
    sql_.readsContent = true;
    return std::move(*content);
  }
  if (field == Field::Error) {
    return "(error_code <> 0 AND error_found(" + pattern + ", error_code, error_side, error_system, error_detail))";
  }
  if (field == Field::Host && hosts_ == Hosts::ByName) {
    // Each name once, from the index, rather than that of each row.
    return "(host COLLATE NOCASE IN (WITH RECURSIVE each(name) AS (SELECT (SELECT host FROM exchange ORDER BY host COLLATE NOCASE LIMIT 1)"
             " UNION ALL SELECT (SELECT host FROM exchange WHERE host COLLATE NOCASE > each.name ORDER BY host COLLATE NOCASE LIMIT 1)"
             " FROM each WHERE each.name IS NOT NULL)"
             " SELECT name FROM each WHERE name IS NOT NULL AND found(" + pattern + ", name)))";
  }
  return "found(" + pattern + ", " + std::string(columnOf(field)) + ")";
}

std::string Compiler::compared(const Term& term) {
  const std::string column(columnOf(term.field));
  const std::string comparison = column + std::string(symbol(term.op)) + std::to_string(term.number);
  if (term.field == Field::Status && term.op != Op::Equals) return "(status > 0 AND " + comparison + ")";
  if (term.field == Field::Side) return "(error_code <> 0 AND " + comparison + ")";
  // Nothing is compared with an exchange that has not ended.
  if (term.field == Field::Duration) return "(finished_us IS NOT NULL AND " + comparison + ")";
  return "(" + comparison + ")";
}

}  // namespace

bool asksForHosts(const Node& node) {
  if (node.kind == Node::Kind::Term) return node.term.field == Field::Host && (node.term.op == Op::Matches || node.term.op == Op::Contains);
  return std::any_of(node.children.begin(), node.children.end(), asksForHosts);
}

Result<FilterSql> compileFilter(const Node& node, Hosts hosts) { return Compiler(hosts).compile(node); }

}  // namespace sluice::store
