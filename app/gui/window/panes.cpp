#include "app/gui/window/panes.h"

#include <QApplication>

namespace sluice::gui {

void Panes::move(int step) const {
  std::vector<const Pane*> shown;
  int now = -1;
  const QWidget* focused = QApplication::focusWidget();
  for (const Pane& pane : panes_) {
    if (!pane.widget->isVisible()) continue;
    if (focused != nullptr && (pane.widget == focused || pane.widget->isAncestorOf(focused))) now = int(shown.size());
    shown.push_back(&pane);
  }
  if (shown.empty()) return;
  const int count = int(shown.size());
  int at = now < 0 && step < 0 ? 0 : now;
  for (int tried = 0; tried < count; ++tried) {
    at = (at + step + count) % count;
    if (shown[std::size_t(at)]->focus()) return;
  }
}

}  // namespace sluice::gui
