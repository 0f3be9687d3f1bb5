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
  static int argc = 1;
  static char name[] = "gui_test";
  static char* argv[] = {name, nullptr};
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
