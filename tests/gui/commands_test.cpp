// What can be done with chosen exchanges.
#include "app/gui/window/exchange_commands.h"

#include <QFile>

#include "tests/gui/support/application.h"
#include "tests/gui/support/recording.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::Recording;
using gui::test::waitUntil;

SLUICE_GUI_TEST(onlyWebAddressesGoToABrowser) {
  QVERIFY(ExchangeCommands::browserUrl("https://example.com/a?b=c").isValid());
  for (const char* url : {"file:///etc/passwd", "javascript:alert(1)", "example.com:443", "http://", "-h", "http://a b/"}) {
    QVERIFY2(!ExchangeCommands::browserUrl(url).isValid(), url);
  }
}

SLUICE_GUI_TEST(aBodyIsSavedUnpacked) {
  Recording recording;
  const std::string text = "the body as it is read";
  const ExchangeId id = recording.begin("/packed");
  recording.answerWith(id, "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n", "text/plain");
  recording.body(id, capture::Direction::Response, qCompress(QByteArray::fromStdString(text)).mid(4).toStdString());
  recording.end(id);
  recording.flush();
  History history(recording.dataDir(), QStringLiteral("test-history"));
  ExchangeModel model(history);
  ExchangeTable table(model);
  ExchangeCommands commands(history, table, &table);
  QString said;
  QObject::connect(&commands, &ExchangeCommands::said, &table, [&](const QString& message) { said = message; });
  const QString path = QString::fromStdString((recording.dataDir() / "saved.txt").string());
  commands.saveBodyTo(id, path);
  QVERIFY(waitUntil([&] { return !said.isEmpty(); }));
  QFile file(path);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readAll().toStdString(), text);
  said.clear();
  commands.saveBodyTo(id, QStringLiteral("/no/such/folder/file"));
  QVERIFY(waitUntil([&] { return said.contains(QStringLiteral("/no/such/folder")); }));
}
