#include "core/filter/completion.h"

#include <algorithm>

#include "core/filter/fields.h"
#include "core/filter/shorthand.h"

namespace sluice::filter {
namespace {

constexpr std::string_view kWordEnds = " \t\r\n()&|\"";
constexpr std::size_t kLongWord = 4;
constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT"};
constexpr std::string_view kSchemes[] = {"http", "https"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool beginsWith(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                    [](char a, char b) { return lower(a) == lower(b); });
}

// Whether the place behind `before` is inside quotes.
bool insideQuotes(std::string_view before) {
  bool inside = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (inside && before[i] == '\\') ++i;
    else if (before[i] == '"') inside = !inside;
  }
  return inside;
}

std::string_view usualComparison(FieldType type) {
  switch (type) {
    case FieldType::Text:
    case FieldType::Content: return "~";
    case FieldType::Number:
    case FieldType::Choice: return "=";
    case FieldType::Bytes:
    case FieldType::Duration: return ">";
  }
  return "~";
}

std::span<const std::string_view> valuesOf(const FieldInfo& field) {
  if (field.field == Field::Method) return kMethods;
  if (field.field == Field::Scheme) return kSchemes;
  return field.choices;
}

void addValues(std::vector<Candidate>& candidates, const FieldInfo& field, std::string_view begun) {
  for (const std::string_view value : valuesOf(field)) {
    if (beginsWith(value, begun)) candidates.push_back({std::string(value), std::string(field.name)});
  }
}

void addFields(std::vector<Candidate>& candidates, std::string_view begun) {
  for (const FieldInfo& field : fields()) {
    if (!beginsWith(field.name, begun)) continue;
    candidates.push_back({std::string(field.name) + std::string(usualComparison(field.type)), std::string(field.help)});
  }
}

void addShorthands(std::vector<Candidate>& candidates, std::string_view begun) {
  for (const Shorthand& form : shorthands()) {
    if (!beginsWith(form.name, begun)) continue;
    const char* space = form.takes == Shorthand::Takes::Nothing ? "" : " ";
    candidates.push_back({"~" + std::string(form.name) + space, std::string(form.help)});
  }
}

}  // namespace

Completion complete(std::string_view text, std::size_t cursor) {
  cursor = std::min(cursor, text.size());
  Completion completion{cursor, cursor, {}};
  const auto before = text.substr(0, cursor);
  if (insideQuotes(before)) return completion;
  const auto lastEnd = before.find_last_of(kWordEnds);
  std::size_t begin = lastEnd == std::string_view::npos ? 0 : lastEnd + 1;
  while (begin < cursor && text[begin] == '!') ++begin;
  const auto word = before.substr(begin);
  completion.to = std::min(text.find_first_of(kWordEnds, cursor), text.size());
  const auto symbol = word.find_first_of("=<>~!");
  if (symbol == 0 && word.front() == '~') {
    completion.from = begin;
    addShorthands(completion.candidates, word.substr(1));
  } else if (symbol == std::string_view::npos) {
    completion.from = begin;
    addFields(completion.candidates, word);
    // "marked" and its like are forms, and people type them as words.
    if (word.empty() || word.size() >= kLongWord) addShorthands(completion.candidates, word);
  } else if (const FieldInfo* field = findField(word.substr(0, symbol))) {
    const auto value = std::min(word.find_first_not_of("=<>~!", symbol), word.size());
    completion.from = begin + value;
    addValues(completion.candidates, *field, word.substr(value));
  }
  return completion;
}

}  // namespace sluice::filter
