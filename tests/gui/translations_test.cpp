// The window in another language: nothing is missing, and what is there is used.
#include "app/gui/look/translations.h"

#include <QFile>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTranslator>

#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"

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
