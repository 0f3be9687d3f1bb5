// The app, which tells on standard output how many exchanges it shows, each time that changes: for tests that cannot look into its window
// since it is a process of its own.
#include <QApplication>
#include <QSettings>
#include <cstdio>

#include "app/gui/engine/engine_keeper.h"
#include "app/gui/history/history.h"
#include "app/gui/options.h"
#include "app/gui/preferences/preferences.h"
#include "app/gui/window/main_window.h"
#include "platform/stop_requests.h"

using namespace sluice;

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  QGuiApplication::setQuitOnLastWindowClosed(false);
  const auto parsed = gui::parseOptions(application.arguments().mid(1));
  if (!parsed.options) return 2;
  const std::filesystem::path dataDir = parsed.options->dataDir.toStdU16String();
  QSettings settings(QString::fromStdU16String((dataDir / "app.ini").u16string()), QSettings::IniFormat);
  gui::History tableHistory(dataDir, QStringLiteral("table-history"));
  gui::History inspectorHistory(dataDir, QStringLiteral("inspector-history"));
  gui::History sourcesHistory(dataDir, QStringLiteral("sources-history"));
  gui::EngineKeeper keeper(
      {dataDir, QStringLiteral(SLUICED_PROGRAM), settings.value(QLatin1String(gui::kListenKey)).toStringList(), false});
  gui::MainWindow window({tableHistory, inspectorHistory, sourcesHistory, keeper, settings});
  QObject::connect(&window, &gui::MainWindow::closed, &application, &QCoreApplication::quit);
  const auto tell = [&window] {
    std::printf("rows %d\n", window.model().rowCount());
    std::fflush(stdout);
  };
  QObject::connect(&window.model(), &QAbstractItemModel::rowsInserted, &window, tell);
  QObject::connect(&window.model(), &QAbstractItemModel::modelReset, &window, tell);
  const auto stopRequests = platform::StopRequests::watch(
      [&window] { QMetaObject::invokeMethod(&window, &QWidget::close, Qt::QueuedConnection); });
  if (!stopRequests) return 1;
  window.open();
  return QApplication::exec();
}
