#include "app/gui/inspector/head_fields.h"

#include <algorithm>

#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

bool sameName(std::string_view one, std::string_view other) {
  return one.size() == other.size() && std::equal(one.begin(), one.end(), other.begin(), [](char a, char b) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
           return lower(a) == lower(b);
         });
}

QString shown(std::string_view text) {
  return visible(decodeText({text.data(), qsizetype(text.size())}), LineBreaks::Show);
}

// Calls `visit(name, value)` for each line after the first.
template <class Visit>
void eachField(std::string_view head, Visit visit) {
  auto end = head.find('\n');
  while (end != std::string_view::npos) {
    head.remove_prefix(end + 1);
    end = head.find('\n');
    const std::string_view line = trimmed(head.substr(0, end));
    if (line.empty()) continue;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      visit(std::string_view(), line);
    } else {
      visit(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
  }
}

NamedValue cookieOf(std::string_view pair) {
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos) return {{}, shown(trimmed(pair)), {}};
  return {shown(trimmed(pair.substr(0, equals))), shown(trimmed(pair.substr(equals + 1))), {}};
}

}  // namespace

std::vector<NamedValue> headFields(std::string_view head) {
  std::vector<NamedValue> fields;
  eachField(head, [&](std::string_view name, std::string_view value) { fields.push_back({shown(name), shown(value), {}}); });
  return fields;
}

std::string fieldValue(std::string_view head, std::string_view wanted) {
  std::string joined;
  eachField(head, [&](std::string_view name, std::string_view value) {
    if (!sameName(name, wanted)) return;
    if (!joined.empty()) joined += ", ";
    joined += value;
  });
  return joined;
}

bool announcesBody(std::string_view head) {
  const std::string length = fieldValue(head, "Content-Length");
  return !fieldValue(head, "Transfer-Encoding").empty() || length.find_first_of("123456789") != std::string::npos;
}

std::vector<NamedValue> queryFields(std::string_view head) {
  std::string_view target = head.substr(0, head.find('\n'));
  const auto from = target.find(' ');
  if (from == std::string_view::npos) return {};
  target = target.substr(from + 1);
  target = target.substr(0, target.rfind(' '));
  const auto question = target.find('?');
  if (question == std::string_view::npos) return {};
  const auto query = target.substr(question + 1);
  return formFields({query.data(), qsizetype(query.size())});
}

std::vector<NamedValue> cookieFields(std::string_view head, bool request) {
  std::vector<NamedValue> cookies;
  eachField(head, [&](std::string_view name, std::string_view value) {
    if (!sameName(name, request ? "Cookie" : "Set-Cookie")) return;
    if (!request) {
      const auto end = value.find(';');
      NamedValue cookie = cookieOf(value.substr(0, end));
      if (end != std::string_view::npos) cookie.note = shown(trimmed(value.substr(end + 1)));
      return cookies.push_back(std::move(cookie));
    }
    while (!value.empty()) {
      const auto end = value.find(';');
      const auto pair = trimmed(value.substr(0, end));
      if (!pair.empty()) cookies.push_back(cookieOf(pair));
      value = end == std::string_view::npos ? std::string_view() : value.substr(end + 1);
    }
  });
  return cookies;
}

}  // namespace sluice::gui
