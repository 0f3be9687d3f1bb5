#include "core/store/raw_head.h"

#include <algorithm>

namespace sluice::store {
namespace {

constexpr std::string_view kSpaces = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view takeLine(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

std::string_view takeFirstLine(std::string_view& text) {
  std::string_view line;
  while (!text.empty() && line.empty()) line = takeLine(text);
  return line;
}

// Of what follows the first line: name and value as they stand, spaces and all.
template <class Visit>
void eachField(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto line = takeLine(text);
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || kSpaces.find(line.front()) != std::string_view::npos) continue;
    visit(line.substr(0, colon), line.substr(colon + 1));
  }
}

void append(std::string& all, std::string_view value) {
  if (!all.empty()) all += ", ";
  all += value;
}

}  // namespace

RawHead readRawHead(std::string_view text) {
  RawHead head;
  head.firstLine = takeFirstLine(text);
  eachField(text, [&](std::string_view name, std::string_view value) { head.fields.push_back({trimmed(name), trimmed(value)}); });
  return head;
}

std::string valueOf(const RawHead& head, std::string_view name) {
  std::string all;
  for (const RawField& field : head.fields) {
    if (sameName(field.name, name)) append(all, field.value);
  }
  return all;
}

std::string valueIn(std::string_view head, std::string_view name) {
  std::string all;
  takeFirstLine(head);
  eachField(head, [&](std::string_view each, std::string_view value) {
    if (each.size() >= name.size() && sameName(trimmed(each), name)) append(all, trimmed(value));
  });
  return all;
}

}  // namespace sluice::store
