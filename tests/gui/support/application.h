// What every GUI test stands on: the application object, and waiting with a deadline. GUI thread.
#pragma once

#include <QApplication>
#include <functional>

#include "app/gui/look/appearance.h"
#include "tests/support/test.h"

namespace sluice::gui::test {

// Made on first use and kept to the end; dressed as the program is, light.
QApplication& application();

// What dresses it; for pictures in both schemes.
Appearance& appearance();

// Handles events until `condition` holds; false when a generous deadline passes first.
bool waitUntil(const std::function<bool()>& condition);

// Handles what is queued now, deferred deletions included.
void handleEvents();

}  // namespace sluice::gui::test

// As SLUICE_TEST, with the application object there and its events handled at the end.
#define SLUICE_GUI_TEST(name)            \
  static void name##_body();             \
  SLUICE_TEST(name) {                    \
    ::sluice::gui::test::application();  \
    name##_body();                       \
    ::sluice::gui::test::handleEvents(); \
  }                                      \
  static void name##_body()
