#include "core/filter/fields.h"

#include <set>

#include "tests/support/test.h"

using namespace sluice::filter;

SLUICE_TEST(knowsEveryFieldByItsNameInAnyCase) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < fields().size(); ++i) {
    const FieldInfo& field = fields()[i];
    QCOMPARE(std::size_t(field.field), i);
    QVERIFY(info(field.field).name == field.name);
    QVERIFY(findField(field.name) == &field);
    QVERIFY(!field.help.empty());
    QVERIFY((field.type == FieldType::Choice) == !field.choices.empty());
    names.insert(field.name);
  }
  QCOMPARE(names.size(), fields().size());
  QVERIFY(findField("Status") == &info(Field::Status));
  QVERIFY(findField("statu") == nullptr);
  QVERIFY(findField("statuss") == nullptr);
  QVERIFY(findField("") == nullptr);
}
