#include "tests/gui/support/application.h"

namespace sluice::gui::test {
namespace {
constexpr int kDeadlineMs = 30'000;  // for what takes milliseconds; a busy machine stays far below
}

Appearance& appearance() {
  static Appearance dresser;
  return dresser;
}

QApplication& application() {
  // Wine keeps what begins with QT_ from its programs.
  static QByteArray platform = qgetenv("SLUICE_QT_PLATFORM");
  static char name[] = "gui_test", option[] = "-platform";
  static char* argv[] = {name, option, platform.data(), nullptr};
  static int argc = platform.isEmpty() ? 1 : 3;
  if (const QByteArray fonts = qgetenv("SLUICE_QT_FONTS"); !fonts.isEmpty()) qputenv("QT_QPA_FONTDIR", fonts);
  static QApplication* app = [] {
    auto* made = new QApplication(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    appearance().setFixedScheme(Scheme::Light);
    return made;
  }();
  return *app;
}

bool waitUntil(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kDeadlineMs); }

void handleEvents() {
  QCoreApplication::processEvents();
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  QCoreApplication::processEvents();
}

}  // namespace sluice::gui::test
