// Every action with its keys, in one list. GUI thread.
#pragma once

#include <QAction>
#include <QDialog>
#include <QList>

namespace sluice::gui {

class ShortcutsDialog : public QDialog {
  Q_OBJECT
 public:
  ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent);
};

}  // namespace sluice::gui
