// Event streams in the inspector: what a stream holds, and its events as they come through a real engine.
#include <QAbstractItemModelTester>

#include "app/gui/inspector/event_page.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

// "type/id/data" of each, with a sign before comments and fields, and + where the end has not come.
QString told(const QByteArray& text) {
  QStringList all;
  const auto stream = eventStreamOf(text);
  for (const StreamEvent& event : stream->events) {
    const char* sign = event.kind == StreamEvent::Kind::Event ? "" : event.kind == StreamEvent::Kind::Comment ? "#" : "=";
    const QString data = QString::fromUtf8(dataOf(*stream, event));
    all << QLatin1String(sign) + event.type + u'/' + event.id + u'/' + data + QLatin1String(event.isWhole ? "" : "+");
  }
  return all.join(u'|');
}

}  // namespace

SLUICE_GUI_TEST(anEventStreamIsReadAsBrowsersReadIt) {
  const std::pair<const char*, const char*> rows[] = {
      {"data: a\n\n", "message//a"},
      {"data:a\r\n\r\ndata:  b\r\n\r\n", "message//a|message// b"},
      {"data: a\rdata: b\r\r", "message//a\nb"},
      {"event: tick\nid: 7\ndata: {}\n\n", "tick/7/{}"},
      {": ping\n\ndata: x\n\n", "#//ping|message//x"},
      {"retry: 10\n\n", "=//retry: 10"},
      {"data\n\n", "message//"},
      {"data: a\n\ndata: b", "message//a|message//b+"},
      {"\xef\xbb\xbf" "data: a\n\n\n\n", "message//a"},
      {"", ""},
  };
  for (const auto& [text, wanted] : rows) QCOMPARE(told(text), QString::fromUtf8(wanted));
}

SLUICE_GUI_TEST(rowsAreAddedWhileAStreamGrowsHoweverItIsCut) {
  QByteArray text;
  for (int i = 0; i < 40; ++i) text += "event: e" + QByteArray::number(i) + "\ndata: line\ndata: two\n\n";
  EventModel model;
  const QAbstractItemModelTester tester(&model);
  int resets = 0;
  QObject::connect(&model, &QAbstractItemModel::modelReset, &model, [&] { ++resets; });
  for (qsizetype cut = 1; cut <= text.size(); cut += 7) model.set(eventStreamOf(text.first(cut)));
  model.set(eventStreamOf(text));
  QCOMPARE(model.rowCount(), 40);
  QCOMPARE(resets, 1);
  QCOMPARE(model.index(39, int(EventModel::Column::Type)).data().toString(), QStringLiteral("e39"));
  QCOMPARE(dataOf(*model.stream(), model.at(39)), QByteArray("line\ntwo"));
  model.set(eventStreamOf("data: another\n\n"));
  QCOMPARE(model.rowCount(), 1);
}

SLUICE_GUI_TEST(eventsAreListedAsTheyComeAndTheChosenOneIsWhole) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/events?count=3&size=600&gate=held");
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
  window.table().select(0);
  window.inspector().setTab(Inspector::Tab::Response);
  BodyPane& body = window.inspector().response().body();
  EventPage& page = body.events();
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 1; }));
  QCOMPARE(body.shownForm(), BodyForm::Events);
  bench.origin().acknowledge("held");
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 2; }));
  page.table().selectRow(1);
  const auto shown = [&] {
    page.payload().selectAll();
    return page.payload().selectedText();
  };
  QVERIFY(waitUntil([&] { return shown().size() > 256; }));
  bench.origin().acknowledge("held");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 3; }));
  QCOMPARE(page.table().currentIndex().row(), 1);
  // The list itself is searched as text.
  page.table().clearSelection();
  page.table().setCurrentIndex({});
  window.actions().find->trigger();
  QVERIFY(waitUntil([&] { return body.shownForm() == BodyForm::Text && body.searchBar().isVisible(); }));
}
