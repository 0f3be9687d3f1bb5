#include "tests/gui/support/table_fixture.h"

#include <QHeaderView>
#include <QScrollBar>

#include "tests/gui/support/application.h"
#include "tests/support/test.h"

namespace sluice::gui::test {

TableFixture::TableFixture(int rows) {
  table.resize(1400, 400);
  table.show();
  add(rows);
}

void TableFixture::add(int rows) {
  const int before = model.rowCount();
  for (int i = 0; i < rows; ++i) {
    const int at = before + i;
    recording.whole("/" + std::to_string(at), 200 + at % 3, "text/plain", std::string(std::size_t(at * 37 % 101), 'x'));
  }
  recording.flush();
  model.refresh();
  QVERIFY(waitUntil([&] { return model.rowCount() == before + rows; }));
  table.grab();  // lays out at once what would be laid out with the next frame
}

bool TableFixture::atBottom() const { return table.verticalScrollBar()->value() == table.verticalScrollBar()->maximum(); }

void TableFixture::press(Qt::Key key, Qt::KeyboardModifiers modifiers) { QTest::keyClick(&table, key, modifiers); }

void TableFixture::clickHeader(Column column) {
  QHeaderView* header = table.horizontalHeader();
  const QPoint at(header->sectionViewportPosition(int(column)) + header->sectionSize(int(column)) / 2, header->height() / 2);
  QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
}

}  // namespace sluice::gui::test
