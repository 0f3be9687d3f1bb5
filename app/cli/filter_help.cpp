#include "app/cli/filter_help.h"

#include <string_view>

#include "core/filter/fields.h"
#include "core/filter/shorthand.h"

namespace sluice::cli {
namespace {

using filter::FieldType;

std::string fieldsOf(FieldType type) {
  std::string names;
  for (const auto& field : filter::fields()) {
    if (field.type == type) names += " " + std::string(field.name);
  }
  return names;
}

std::string choices() {
  std::string lines;
  for (const auto& field : filter::fields()) {
    if (field.type != FieldType::Choice) continue;
    lines += "  with =: " + std::string(field.name) + ", one of";
    for (const std::string_view choice : field.choices) lines += " " + std::string(choice);
    lines += "\n";
  }
  return lines;
}

std::string shorthands() {
  std::string names;
  for (const auto& form : filter::shorthands()) names += " ~" + std::string(form.name);
  return names;
}

}  // namespace

std::string filterHelp() {
  return "Filters: a bare word is searched for in the URL; FIELD~REGEX finds it anywhere, FIELD=VALUE compares the whole.\n"
         "!= and !~ negate. Side by side all must hold; & and, | or, ! not, parentheses. "
         "Quote a value with spaces or any of ()&| with \".\n"
         "  with ~ and =:" + fieldsOf(FieldType::Text) + "\n"
         "  with ~:" + fieldsOf(FieldType::Content) + "\n"
         "  with = < <= > >=:" + fieldsOf(FieldType::Number) + "; with 10k or 1.5M:" + fieldsOf(FieldType::Bytes) +
         "; with 250ms or 2s:" + fieldsOf(FieldType::Duration) + "\n" + choices() +
         "  as in mitmproxy:" + shorthands() + "\n";
}

}  // namespace sluice::cli
