// What the menu of a row of the exchange table offers. GUI thread.
#pragma once

#include <QMenu>

#include "app/gui/window/actions.h"

namespace sluice::gui {

// `mark`: the menu of the marks.
void fillRowMenu(QMenu& menu, QMenu& mark, const Actions& actions);

}  // namespace sluice::gui
