// The app: options, then its parts from the ground up, then the event loop.
#include <QApplication>
#include <QScreen>
#include <QSettings>
#include <cstdio>

#include "app/gui/engine/engine_keeper.h"
#include "app/gui/history/history.h"
#include "app/gui/look/appearance.h"
#include "app/gui/look/translations.h"
#include "app/gui/options.h"
#include "app/gui/preferences/preferences.h"
#include "app/gui/window/main_window.h"
#include "core/base/version.h"
#include "platform/data_dir.h"
#include "platform/program_path.h"
#include "platform/stop_requests.h"

namespace {

using namespace sluice;

constexpr int kWrongUsage = 2;

int complain(const QString& message, int exitStatus) {
  std::fputs(qPrintable(QStringLiteral("sluice: ") + message + u'\n'), stderr);
  return exitStatus;
}

Result<std::filesystem::path> preparedDataDir(const gui::Options& options) {
  auto chosen = options.dataDir.isEmpty()
                    ? platform::defaultDataDir()
                    : Result<std::filesystem::path>(std::filesystem::absolute(options.dataDir.toStdU16String()));
  if (!chosen) return chosen;
  if (auto made = platform::ensurePrivateDirectory(*chosen); !made) return fail(made.error());
  return chosen;
}

// For desktops that do not say whether they are light or dark.
std::optional<gui::Scheme> schemeFromEnvironment() {
  const QString asked = qEnvironmentVariable("SLUICE_SCHEME");
  if (asked == QLatin1String("dark")) return gui::Scheme::Dark;
  if (asked == QLatin1String("light")) return gui::Scheme::Light;
  return std::nullopt;
}

// A window that would be larger than the screen, frame and all, fills it.
void fitToScreen(QWidget& window) {
  const QSize room = window.screen()->availableSize();
  if (window.width() < room.width() && window.height() < room.height()) return;
  window.resize(window.size().boundedTo(room * 0.9));  // what it becomes when it is not maximized any more
  window.setWindowState(window.windowState() | Qt::WindowMaximized);
}

QString engineProgram() {
  const auto program = platform::programBeside("sluiced");
  return program ? QString::fromStdU16String(program->generic_u16string()) : QStringLiteral("sluiced");
}

}  // namespace

int main(int argc, char** argv) {
  // These two are answered without a display too. Anything else may still be an option of Qt's.
  const auto early = gui::parseOptions(QStringList(argv + 1, argv + argc));
  if (early.options && early.options->help) return std::fputs(qPrintable(gui::usageText()), stdout), 0;
  if (early.options && early.options->version) return std::printf("sluice %s\n", version().data()), 0;

  QApplication application(argc, argv);
  QCoreApplication::setApplicationName(QStringLiteral("Sluice"));
  QCoreApplication::setApplicationVersion(QString::fromStdString(std::string(version())));
  QGuiApplication::setDesktopFileName(QStringLiteral("sluice"));
  QGuiApplication::setQuitOnLastWindowClosed(false);  // an engine of ours drains after the window has gone

  const auto parsed = gui::parseOptions(application.arguments().mid(1));
  if (!parsed.options) return complain(parsed.problem + u'\n' + gui::usageText(), kWrongUsage);
  const auto dataDir = preparedDataDir(*parsed.options);
  if (!dataDir) return complain(QString::fromStdString(describe(dataDir.error())), 1);

  QSettings settings(QString::fromStdU16String((*dataDir / "app.ini").u16string()), QSettings::IniFormat);
  gui::installTranslations(application, gui::localeOf(settings));
  gui::Appearance appearance;
  const auto chooseScheme = [&] {
    const auto scheme = schemeFromEnvironment();
    appearance.setFixedScheme(scheme ? scheme : gui::schemeOf(settings));
  };
  chooseScheme();
  gui::History tableHistory(*dataDir, QStringLiteral("table-history"));
  gui::History inspectorHistory(*dataDir, QStringLiteral("inspector-history"));
  gui::History sourcesHistory(*dataDir, QStringLiteral("sources-history"));
  gui::EngineKeeper keeper({*dataDir, engineProgram(), settings.value(QLatin1String(gui::kListenKey)).toStringList(),
                            parsed.options->attachOnly});
  keeper.setKeeping(gui::keepingOptions(settings));
  gui::MainWindow window({tableHistory, inspectorHistory, sourcesHistory, keeper, settings});
  QObject::connect(&window, &gui::MainWindow::schemeChosen, &application, chooseScheme);
  QObject::connect(&window, &gui::MainWindow::closed, &application, &QCoreApplication::quit);
  // Ended from outside is closed by its user: the engine of its own drains, the state is saved.
  const auto stopRequests = platform::StopRequests::watch(
      [&window] { QMetaObject::invokeMethod(&window, &QWidget::close, Qt::QueuedConnection); });
  if (!stopRequests) return complain(QString::fromStdString(describe(stopRequests.error())), 1);
  fitToScreen(window);
  window.open();
  return QApplication::exec();
}
