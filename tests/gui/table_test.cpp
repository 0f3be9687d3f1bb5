// The exchange table as its user handles it: keyboard, following, columns.
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>

#include "app/gui/exchanges/exchange_table.h"
#include "app/gui/exchanges/filter_field.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/table_fixture.h"

using namespace sluice;
using namespace sluice::gui;
using Fixture = gui::test::TableFixture;
using gui::test::waitUntil;

SLUICE_GUI_TEST(theNewestRowStaysInView) {
  Fixture f(200);
  QVERIFY(f.table.isFollowing());
  QVERIFY(f.table.verticalScrollBar()->maximum() > 0);
  QVERIFY(f.atBottom());
  f.add(50);
  QVERIFY(f.atBottom());
}

SLUICE_GUI_TEST(scrollingUpEndsFollowingAndTheBottomResumesIt) {
  Fixture f(200);
  QSignalSpy following(&f.table, &ExchangeTable::followingChanged);
  QScrollBar* bar = f.table.verticalScrollBar();
  bar->triggerAction(QScrollBar::SliderPageStepSub);
  QVERIFY(!f.table.isFollowing());
  const int where = bar->value();
  f.add(50);
  QCOMPARE(bar->value(), where);
  bar->triggerAction(QScrollBar::SliderToMaximum);
  QVERIFY(f.table.isFollowing());
  f.add(5);
  QVERIFY(f.atBottom());
  QCOMPARE(following.count(), 2);
}

SLUICE_GUI_TEST(aTableWithoutRowsSaysWhy) {
  Fixture f(3);
  QVERIFY(f.table.emptyText().isEmpty());
  f.model.setFilter(filter::Node::of({filter::Field::Host, filter::Op::Equals, "nowhere.test", 0}));
  QVERIFY(waitUntil([&] { return f.table.emptyText().contains(QStringLiteral("matches")); }));
  f.model.setFilter({});
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 3 && f.table.emptyText().isEmpty(); }));
}

SLUICE_GUI_TEST(theFocusChoosesNoRowAndKeepsFollowing) {
  Fixture f(200);
  QFocusEvent focus(QEvent::FocusIn, Qt::ActiveWindowFocusReason);
  QApplication::sendEvent(&f.table, &focus);
  QVERIFY(!f.table.currentIndex().isValid());
  QVERIFY(f.table.isFollowing());
}

SLUICE_GUI_TEST(theWheelScrollsLikeTheBar) {
  Fixture f(200);
  QWheelEvent up(QPointF(50, 50), f.table.viewport()->mapToGlobal(QPointF(50, 50)), {}, QPoint(0, 240), Qt::NoButton, {},
                 Qt::NoScrollPhase, false);
  QApplication::sendEvent(f.table.viewport(), &up);
  QVERIFY(!f.table.isFollowing());
}

SLUICE_GUI_TEST(aChosenRowDoesNotRunAway) {
  Fixture f(200);
  f.table.select(190);
  QVERIFY(!f.table.isFollowing());
  const int where = f.table.verticalScrollBar()->value();
  f.add(20);
  QCOMPARE(f.table.verticalScrollBar()->value(), where);
  QCOMPARE(f.table.currentId().value, 191u);
  f.press(Qt::Key_End);
  QVERIFY(f.table.isFollowing());
  QCOMPARE(f.table.currentId().value, 220u);
}

SLUICE_GUI_TEST(keysGoFromRowToRow) {
  Fixture f(100);
  f.table.setFocus();
  f.press(Qt::Key_Home);
  QCOMPARE(f.table.currentId().value, 1u);
  f.press(Qt::Key_Down);
  f.press(Qt::Key_Down);
  QCOMPARE(f.table.currentId().value, 3u);
  f.press(Qt::Key_Down, Qt::ShiftModifier);
  QCOMPARE(f.table.selectedCount(), 2);
  f.press(Qt::Key_Home, Qt::ShiftModifier);
  QCOMPARE(f.table.selectedIds(100).size(), std::size_t(3));
  f.press(Qt::Key_A, Qt::ControlModifier);
  QCOMPARE(f.table.selectedCount(), 100);
  QCOMPARE(f.table.selectedIds(10).size(), std::size_t(10));
  QCOMPARE(f.table.selectedIds(10).front().value, 1u);

  QSignalSpy opened(&f.table, &ExchangeTable::openRequested);
  f.press(Qt::Key_Return);
  QCOMPARE(opened.count(), 1);
  QSignalSpy chosen(&f.table, &ExchangeTable::currentIdChanged);
  f.press(Qt::Key_Escape);
  QCOMPARE(f.table.selectedCount(), 0);
  QVERIFY(!f.table.currentId());
  QCOMPARE(chosen.last().first().value<ExchangeId>().value, 0u);
}

SLUICE_GUI_TEST(steppingStopsAtBothEnds) {
  Fixture f(3);
  f.table.step(1);
  QCOMPARE(f.table.currentId().value, 1u);
  f.table.step(-1);
  QCOMPARE(f.table.currentId().value, 1u);
  f.table.step(5);
  QCOMPARE(f.table.currentId().value, 3u);
  f.table.clearChoice();
  f.table.step(-1);
  QCOMPARE(f.table.currentId().value, 3u);
}

SLUICE_GUI_TEST(columnsAreRemembered) {
  Fixture f(1);
  f.table.setColumnShown(Column::Type, false);
  f.table.horizontalHeader()->moveSection(5, 1);
  f.table.horizontalHeader()->resizeSection(int(Column::Host), 333);
  const QByteArray state = f.table.columnsState();

  ExchangeTable other(f.model);
  other.restoreColumnsState(state);
  QVERIFY(!other.isColumnShown(Column::Type));
  QCOMPARE(other.horizontalHeader()->visualIndex(5), 1);
  QCOMPARE(other.horizontalHeader()->sectionSize(int(Column::Host)), 333);
  other.resetColumns();
  QVERIFY(other.isColumnShown(Column::Type));
  QCOMPARE(other.horizontalHeader()->visualIndex(5), 5);
  other.restoreColumnsState("0:from another version");
  QCOMPARE(other.horizontalHeader()->visualIndex(5), 5);
}

SLUICE_GUI_TEST(theLastColumnCannotBeHidden) {
  Fixture f(1);
  for (int i = 0; i < kColumnCount; ++i) f.table.setColumnShown(Column(i), false);
  int shown = 0;
  for (int i = 0; i < kColumnCount; ++i) shown += f.table.isColumnShown(Column(i));
  QCOMPARE(shown, 1);
}

SLUICE_GUI_TEST(theFilterFieldTellsWhatIsWrongAndKeepsTheLastGoodFilter) {
  FilterField filter;
  QStringList applied;
  QObject::connect(&filter, &FilterField::filterChanged, &filter,
                   [&](const sluice::filter::Node& node) { applied << QString::fromStdString(toText(node)); });
  filter.setText(QStringLiteral("status>=400"));
  filter.setText(QStringLiteral("\u00e9 status>=4x"));
  QCOMPARE(filter.problem(), QStringLiteral("column 11: \"4x\" is not a whole number"));
  filter.setText(QStringLiteral("~m POST"));
  QCOMPARE(filter.problem(), QString());
  filter.setText({});
  QCOMPARE(applied, (QStringList{QStringLiteral("status>=400"), QStringLiteral("method~\"POST\""), QStringLiteral("~all")}));
}

SLUICE_GUI_TEST(theFilterFieldOffersWhatCouldComeNext) {
  FilterField filter;
  filter.show();
  QTest::keyClicks(&filter.field(), QStringLiteral("me"));
  QCOMPARE(filter.offered(), QStringList{QStringLiteral("method~")});
  QTest::keyClicks(&filter.field(), QStringLiteral("thod=P"));
  QCOMPARE(filter.offered(), (QStringList{QStringLiteral("POST"), QStringLiteral("PUT"), QStringLiteral("PATCH")}));
  QSignalSpy left(&filter, &FilterField::left);
  QTest::keyClick(&filter.field(), Qt::Key_Escape);
  QCOMPARE(filter.field().text(), QString());
  QTest::keyClick(&filter.field(), Qt::Key_Escape);
  QCOMPARE(left.count(), 1);
}

// The inspector that opens below the table takes room from it.
SLUICE_GUI_TEST(theChosenRowStaysOnViewWhenTheTableBecomesLower) {
  Fixture f(200);
  f.table.select(100);
  f.table.scrollTo(f.table.currentIndex(), QAbstractItemView::PositionAtBottom);
  const auto isOnView = [&] {
    const QRect row = f.table.visualRect(f.table.currentIndex());
    return row.top() >= 0 && row.bottom() <= f.table.viewport()->height();
  };
  QVERIFY(isOnView());
  f.table.resize(f.table.width(), f.table.height() / 2);
  gui::test::handleEvents();
  QVERIFY(isOnView());
  // Who scrolled away from it meant to.
  f.table.verticalScrollBar()->triggerAction(QScrollBar::SliderToMinimum);
  f.table.resize(f.table.width(), f.table.height() * 2 / 3);
  gui::test::handleEvents();
  QCOMPARE(f.table.verticalScrollBar()->value(), 0);
}

SLUICE_GUI_TEST(fromTheFilterOneKeyLeadsToWhatItFound) {
  FilterField filter;
  filter.show();
  QSignalSpy left(&filter, &FilterField::left), changed(&filter, &FilterField::filterChanged);
  QTest::keyClicks(&filter.field(), QStringLiteral("status>=4x"));
  QTest::keyClick(&filter.field(), Qt::Key_Return);
  QCOMPARE(left.count(), 0);  // there is something to mend first
  QTest::keyClick(&filter.field(), Qt::Key_Backspace);
  QTest::keyClick(&filter.field(), Qt::Key_Return);
  QCOMPARE(left.count(), 1);
  QCOMPARE(changed.count(), 1);
  QTest::keyClick(&filter.field(), Qt::Key_Down);
  QCOMPARE(left.count(), 2);
  QCOMPARE(filter.field().text(), QStringLiteral("status>=4"));
}
