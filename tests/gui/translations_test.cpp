// The window in another language: nothing is missing, and what is there is used.
#include "app/gui/look/translations.h"

#include <QFile>
#include <QMenuBar>
#include <QProcess>
#include <QRegularExpression>
#include <QTranslator>

#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/temporary_directory.h"

using namespace sluice::gui;
using sluice::gui::test::Workbench;

namespace {

QString textOf(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

}  // namespace

SLUICE_GUI_TEST(everyTextThatIsListedIsTranslated) {
  const QString text = textOf(std::filesystem::path(SLUICE_SOURCES) / "resources/translations/sluice_de.ts");
  QVERIFY(text.count(QStringLiteral("<source>")) > 300);
  QVERIFY(!text.contains(QStringLiteral("unfinished")));
}

// What the code says now, not what somebody last listed.
SLUICE_GUI_TEST(everyTextOfTheCodeIsListed) {
  const QString tool = QStringLiteral(SLUICE_LUPDATE);
  if (!QFile::exists(tool)) QSKIP("no lupdate");
  const sluice::test::TemporaryDirectory folder;
  const QString listed = QStringLiteral(SLUICE_SOURCES "/resources/translations/sluice_de.ts");
  const QString copy = QString::fromStdString((folder / "sluice_de.ts").string());
  QVERIFY(QFile::copy(listed, copy));
  QProcess lupdate;
  lupdate.setWorkingDirectory(QStringLiteral(SLUICE_SOURCES));
  lupdate.start(tool, {"app/gui", "-I", ".", "-ts", copy, "-locations", "none", "-disable-heuristic", "sametext"});
  QVERIFY(lupdate.waitForFinished());
  const QString text = textOf(copy.toStdString());
  static const QRegularExpression missing(QStringLiteral("<source>([^<]*)</source>\\s*<translation type=\"unfinished\">"));
  const auto first = missing.match(text);
  QVERIFY2(!first.hasMatch(), qPrintable(first.captured(1)));
  QVERIFY2(!text.contains(QStringLiteral("type=\"vanished\"")), "texts that the code does not say any more: lupdate -no-obsolete");
}

// A place for a value that is missing in a translation would lose the value.
SLUICE_GUI_TEST(translationsHaveThePlacesOfTheirTexts) {
  const QString text = textOf(std::filesystem::path(SLUICE_SOURCES) / "resources/translations/sluice_de.ts");
  static const QRegularExpression message(QStringLiteral("<source>([^<]*)</source>\\s*<translation>([^<]*)</translation>"));
  static const QRegularExpression place(QStringLiteral("%L?\\d"));
  auto each = message.globalMatch(text);
  while (each.hasNext()) {
    const auto match = each.next();
    QStringList places[2];
    for (int side = 0; side < 2; ++side) {
      auto found = place.globalMatch(match.captured(side + 1));
      while (found.hasNext()) places[side] << found.next().captured();
      places[side].sort();
    }
    QVERIFY2(places[0] == places[1], qPrintable(match.captured(2)));
  }
}

SLUICE_GUI_TEST(theWindowSpeaksGerman) {
  QVERIFY(installTranslations(*QCoreApplication::instance(), QLocale(QLocale::German)));
  {
    Workbench bench;
    bench.open();
    MainWindow& window = bench.window();
    QCOMPARE(window.menuBar()->actions().value(2)->text(), QStringLiteral("&Bearbeiten"));
    QCOMPARE(window.actions().copyUrl->text(), QStringLiteral("URL &kopieren"));
    QCOMPARE(window.model().headerData(int(Column::Duration), Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("Dauer"));
    QVERIFY(sluice::gui::test::waitUntil([&] { return window.statusLine().text().startsWith(QStringLiteral("Wartet auf 127.0.0.1:")); }));
  }
  const auto translators = QCoreApplication::instance()->findChildren<QTranslator*>();
  for (QTranslator* translator : translators) QCoreApplication::removeTranslator(translator);
  QVERIFY(!installTranslations(*QCoreApplication::instance(), QLocale(QLocale::Icelandic)));
}
