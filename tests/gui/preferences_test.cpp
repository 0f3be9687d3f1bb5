// What the user decides, from the dialog into the settings.
#include "app/gui/window/preferences_dialog.h"

#include <QLocale>
#include <QSignalSpy>

#include "tests/gui/support/application.h"
#include "tests/support/temporary_directory.h"

using namespace sluice::gui;

SLUICE_GUI_TEST(whatIsChosenIsKeptAndTold) {
  sluice::test::TemporaryDirectory folder;
  QSettings settings(QString::fromStdString((folder.path() / "app.ini").string()), QSettings::IniFormat);
  PreferencesDialog dialog(settings, nullptr);
  QSignalSpy scheme(&dialog, &PreferencesDialog::schemeChanged), listen(&dialog, &PreferencesDialog::listenChanged);
  dialog.scheme().setCurrentIndex(dialog.scheme().findData(QStringLiteral("dark")));
  dialog.listen().setPlainText(QStringLiteral("regular@127.0.0.1:9090\n\n socks5@127.0.0.1:1080 "));
  dialog.accept();
  QCOMPARE(schemeOf(settings), std::optional(Scheme::Dark));
  QCOMPARE(settings.value(QLatin1String(kListenKey)).toStringList(), QStringList({"regular@127.0.0.1:9090", "socks5@127.0.0.1:1080"}));
  QCOMPARE(scheme.count(), 1);
  QCOMPARE(listen.count(), 1);
  // Nothing changed, nothing told.
  PreferencesDialog again(settings, nullptr);
  QSignalSpy quiet(&again, &PreferencesDialog::listenChanged);
  again.accept();
  QCOMPARE(quiet.count(), 0);
}

SLUICE_GUI_TEST(whatNobodyCanListenOnIsRefusedByName) {
  QVERIFY(listenProblem(QStringLiteral("regular@127.0.0.1:0")).isEmpty());
  QVERIFY(listenProblem(QStringLiteral("reverse:http://example.com:80@127.0.0.1:9000")).isEmpty());
  for (const char* spec : {"127.0.0.1:80", "regular@127.0.0.1", "regular@127.0.0.1:99999", "other@127.0.0.1:1", "regular@a b:1"}) {
    QVERIFY2(listenProblem(QString::fromLatin1(spec)).startsWith(QString::fromLatin1(spec)), spec);
  }
  sluice::test::TemporaryDirectory folder;
  QSettings settings(QString::fromStdString((folder.path() / "app.ini").string()), QSettings::IniFormat);
  PreferencesDialog dialog(settings, nullptr);
  dialog.listen().setPlainText(QStringLiteral("nonsense"));
  dialog.accept();
  QVERIFY(dialog.problem().contains(QStringLiteral("nonsense")));
  QVERIFY(settings.value(QLatin1String(kListenKey)).toStringList().isEmpty());
}
