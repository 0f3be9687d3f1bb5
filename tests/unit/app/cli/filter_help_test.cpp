#include "app/cli/filter_help.h"

#include <set>
#include <sstream>
#include <string>

#include "core/filter/fields.h"
#include "core/filter/shorthand.h"
#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(hasEveryFieldChoiceAndFormInLinesThatFit) {
  const std::string help = cli::filterHelp();
  std::set<std::string> words;
  std::string spaced = help;
  for (char& c : spaced) {
    if (c == ';' || c == ',') c = ' ';
  }
  std::istringstream stream(spaced);
  for (std::string word; stream >> word;) words.insert(word);
  for (const auto& field : filter::fields()) {
    QVERIFY2(words.contains(std::string(field.name)), std::string(field.name).c_str());
    for (const auto choice : field.choices) QVERIFY2(words.contains(std::string(choice)), std::string(choice).c_str());
  }
  for (const auto& form : filter::shorthands()) QVERIFY2(words.contains("~" + std::string(form.name)), std::string(form.name).c_str());
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) QVERIFY2(line.size() <= 140, line.c_str());
}
