// Whether https is decrypted, and of which hosts never. The list is the engine's: every change goes there, and what is shown
// is what it says. GUI thread.
#pragma once

#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>

#include "app/gui/engine/engine_keeper.h"

namespace sluice::gui {

class InterceptionPage : public QWidget {
  Q_OBJECT
 public:
  InterceptionPage(EngineKeeper& keeper, QAction& intercept, QWidget* parent);

  QCheckBox& decrypts() { return *decrypts_; }
  QListWidget& hosts() { return *hosts_; }
  QLineEdit& host() { return *host_; }
  QPushButton& add() { return *add_; }
  QPushButton& remove() { return *remove_; }
  QString problem() const { return problem_->text(); }

 private:
  void addHost();
  void removeHosts();
  void show(const control::PassThroughReply& list);
  void showState();

  EngineKeeper& keeper_;
  QCheckBox* decrypts_;
  QListWidget* hosts_;
  QLineEdit* host_;
  QPushButton* add_;
  QPushButton* remove_;
  QLabel* problem_;
};

}  // namespace sluice::gui
