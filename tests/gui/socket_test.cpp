// The messages of a WebSocket in the inspector, over a history written by the real recorder.
#include <QAbstractItemModelTester>

#include "app/gui/inspector/inspector.h"
#include "app/gui/inspector/socket_model.h"
#include "app/gui/inspector/socket_page.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/recording.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::Recording;
using gui::test::waitUntil;

namespace {

capture::MessagePassed message(ExchangeId id, std::string payload, int opcode = 1) {
  capture::MessagePassed record;
  record.exchange = id;
  record.opcode = static_cast<std::uint8_t>(opcode);
  record.bytes = record.wireBytes = payload.size();
  record.payload = std::move(payload);
  return record;
}

QString cell(SocketPage& page, int row, SocketModel::Column column) {
  return page.model().index(row, int(column)).data().toString();
}

}  // namespace

SLUICE_GUI_TEST(aSearchThatFailsIsNoSearchThatFoundNothing) {
  const auto broken = []() -> Result<store::Reader> { return fail(Side::Local, Code::System, "no such disk"); };
  History history(broken, QStringLiteral("test-history"));
  SocketPage page(history);
  page.show();
  page.follow(ExchangeId{1}, WallTime{});
  QVERIFY(waitUntil([&] {
    page.payload().selectAll();
    return page.payload().selectedText().contains(QStringLiteral("no such disk"));
  }));
  page.openSearch();
  page.finder().field().setText(QStringLiteral("x"));
  QVERIFY(waitUntil([&] { return page.finder().countText() == QStringLiteral("Search failed"); }));
}

SLUICE_GUI_TEST(messagesAreListedAsTheyCome) {
  Recording recording;
  History history(recording.dataDir(), QStringLiteral("test-history"));
  SocketPage page(history);
  const QAbstractItemModelTester tester(&page.model());
  const ExchangeId id = recording.begin("/chat");
  for (int i = 0; i < 1200; ++i) recording.recorder().record(message(id, "message " + std::to_string(i)));
  recording.flush();
  page.follow(id, WallTime{});
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 1200; }));
  QCOMPARE(cell(page, 1199, SocketModel::Column::Content), QStringLiteral("message 1199"));
  QCOMPARE(cell(page, 0, SocketModel::Column::From), QStringLiteral("↓ server"));

  const std::string binary("\x00\x01\x02\xff", 4);
  recording.recorder().record(message(id, binary, 2));
  recording.recorder().record(message(id, std::string(5000, 'x') + " the end"));
  recording.flush();
  page.follow(id, WallTime{});
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 1202; }));
  QCOMPARE(cell(page, 1200, SocketModel::Column::Kind), QStringLiteral("binary"));
  QVERIFY(cell(page, 1201, SocketModel::Column::Content).size() <= 257);

  // All of the one that is chosen, though the list holds only its beginning.
  page.table().selectRow(1201);
  const auto shown = [&] {
    page.payload().selectAll();
    return page.payload().selectedText();
  };
  QVERIFY(waitUntil([&] { return shown().endsWith(QStringLiteral("the end")); }));
  page.table().selectRow(1200);
  QVERIFY(waitUntil([&] { return shown().contains(QStringLiteral("00 01 02 ff")); }));
}

SLUICE_GUI_TEST(theTabOfMessagesShowsOnceThereAreSome) {
  Recording recording;
  History history(recording.dataDir(), QStringLiteral("test-history"));
  Inspector inspector(history);
  auto* tabs = inspector.findChild<QTabWidget*>();
  const int tab = int(Inspector::Tab::Messages);
  const ExchangeId plain = recording.whole("/plain");
  const ExchangeId socket = recording.begin("/chat");
  recording.answer(socket, 101, "");
  recording.recorder().record(message(socket, "hello"));
  recording.flush();
  inspector.inspect(socket);
  QVERIFY(waitUntil([&] { return tabs->isTabVisible(tab); }));
  QCOMPARE(cell(inspector.messages(), 0, SocketModel::Column::Content), QStringLiteral("hello"));
  recording.recorder().record(message(socket, "again"));
  recording.flush();
  inspector.noteChanged({socket});
  QVERIFY(waitUntil([&] { return inspector.messages().model().rowCount() == 2; }));
  inspector.inspect(plain);
  QVERIFY(waitUntil([&] { return inspector.facts().text().contains(QStringLiteral("/plain")); }));
  QVERIFY(!tabs->isTabVisible(tab));
  QCOMPARE(inspector.messages().model().rowCount(), 0);
}
