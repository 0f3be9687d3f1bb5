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

}  // namespace

RawHead readRawHead(std::string_view text) {
  RawHead head;
  while (!text.empty() && head.firstLine.empty()) head.firstLine = takeLine(text);
  while (!text.empty()) {
    const auto line = takeLine(text);
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || kSpaces.find(line.front()) != std::string_view::npos) continue;
    head.fields.push_back({trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))});
  }
  return head;
}

std::string valueOf(const RawHead& head, std::string_view name) {
  std::string all;
  for (const RawField& field : head.fields) {
    if (!sameName(field.name, name)) continue;
    if (!all.empty()) all += ", ";
    all += field.value;
  }
  return all;
}

}  // namespace sluice::store
