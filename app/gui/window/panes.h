// The parts of a window between which one key moves, in a circle; what is not on view is left out. GUI thread.
#pragma once

#include <QWidget>
#include <functional>
#include <vector>

namespace sluice::gui {

class Panes {
 public:
  // `focus` moves the keyboard into it, or says false where there is nothing to move to. `pane` outlives this.
  void add(QWidget* pane, std::function<bool()> focus) { panes_.push_back({pane, std::move(focus)}); }
  // 1: to the next one, -1: to the one before.
  void move(int step) const;

 private:
  struct Pane {
    QWidget* widget;
    std::function<bool()> focus;
  };
  std::vector<Pane> panes_;
};

}  // namespace sluice::gui
