// What can be done with chosen exchanges.
#include "app/gui/window/exchange_commands.h"

#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <semaphore>

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

namespace {

struct Fixture {
  Recording recording;
  std::unique_ptr<History> history;
  std::unique_ptr<ExchangeModel> model;
  std::unique_ptr<ExchangeTable> table;
  std::unique_ptr<ExchangeCommands> commands;
  QString said;

  ExchangeId packed(const std::string& bytes) {
    const ExchangeId id = recording.begin("/packed");
    recording.answerWith(id, "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n", "text/plain");
    recording.body(id, capture::Direction::Response, bytes);
    recording.end(id);
    return id;
  }
  // What was recorded by now.
  void open() {
    recording.flush();
    history = std::make_unique<History>(recording.dataDir(), QStringLiteral("test-history"));
    model = std::make_unique<ExchangeModel>(*history);
    table = std::make_unique<ExchangeTable>(*model);
    commands = std::make_unique<ExchangeCommands>(*history, *table, table.get());
    QObject::connect(commands.get(), &ExchangeCommands::said, table.get(), [this](const QString& message) { said = message; });
  }
  QString path(const char* name) const { return QString::fromStdString((recording.dataDir() / name).string()); }
};

std::string packedText(const std::string& text) { return qCompress(QByteArray::fromStdString(text)).mid(4).toStdString(); }

QByteArray contentsOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

// Rows of the list have no more of a URL than people can look at.
SLUICE_GUI_TEST(urlsAreCopiedWhole) {
  Fixture f;
  const std::string path = "/" + std::string(300'000, 'a');
  f.recording.whole(path);
  f.recording.whole("/short");
  f.open();
  f.model->refresh();
  QVERIFY(waitUntil([&] { return f.model->rowCount() == 2; }));
  f.table->selectAll();
  f.commands->copyUrls();
  QVERIFY(waitUntil([&] { return f.said.startsWith(QStringLiteral("2 URLs")); }));
  const QStringList urls = QGuiApplication::clipboard()->text().split(u'\n');
  QCOMPARE(urls.size(), 2);
  QVERIFY(urls[0].endsWith(QString::fromStdString(path)));
  QVERIFY(urls[1].endsWith(QStringLiteral("/short")));
}

SLUICE_GUI_TEST(aBodyIsSavedUnpacked) {
  Fixture f;
  const std::string text = "the body as it is read";
  const ExchangeId id = f.packed(packedText(text));
  f.open();
  f.commands->saveBodyTo(id, f.path("saved.txt"));
  QVERIFY(waitUntil([&] { return !f.said.isEmpty(); }));
  QCOMPARE(contentsOf(f.path("saved.txt")).toStdString(), text);
  f.said.clear();
  f.commands->saveBodyTo(id, QStringLiteral("/no/such/folder/file"));
  QVERIFY(waitUntil([&] { return f.said.contains(QStringLiteral("/no/such/folder")); }));
}

// What there is of it is worth having, but nobody shall take it for all.
SLUICE_GUI_TEST(aBodyThatEndsBeforeItsCodingIsSavedAndSaidToBeCut) {
  Fixture f;
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i * 7919) + ' ';
  const std::string all = packedText(text);
  const ExchangeId id = f.packed(all.substr(0, all.size() / 2));
  f.open();
  f.commands->saveBodyTo(id, f.path("cut.txt"));
  QVERIFY(waitUntil([&] { return !f.said.isEmpty(); }));
  QVERIFY2(f.said.contains(QStringLiteral("not whole")), qPrintable(f.said));
  const QByteArray saved = contentsOf(f.path("cut.txt"));
  QVERIFY(!saved.isEmpty() && text.starts_with(saved.toStdString()));
  f.said.clear();
  f.commands->saveBodiesTo({id}, QString::fromStdString(f.recording.dataDir().string()));
  QVERIFY(waitUntil([&] { return !f.said.isEmpty(); }));
  QVERIFY2(f.said.contains(QStringLiteral("not whole")), qPrintable(f.said));
}

// Nor do those who read the history wait for a disk that is written to.
SLUICE_GUI_TEST(bodiesAreSavedWhileTheHistoryAnswersOthers) {
  Fixture f;
  std::vector<ExchangeId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(f.packed(packedText("body " + std::to_string(i))));
  f.open();
  std::binary_semaphore answered(0);
  f.history->ask(
      f.table.get(),
      [&answered](store::Reader&) -> Result<int> {
        answered.acquire();
        return 0;
      },
      [](const Result<int>&) {});
  f.commands->saveBodiesTo(ids, QString::fromStdString(f.recording.dataDir().string()));
  const bool saved = waitUntil([&] { return f.said.startsWith(QStringLiteral("3 bodies")); });
  answered.release();
  QVERIFY(saved);
  QCOMPARE(contentsOf(f.path("2-packed")), QByteArray("body 1"));
}
