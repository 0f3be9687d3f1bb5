// Every action with its keys, and other keys for it. Keys that are taken, or are for typing, are refused by name. GUI thread.
#pragma once

#include <QAction>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTreeWidget>

namespace sluice::gui {

class ShortcutsPage : public QWidget {
  Q_OBJECT
 public:
  ShortcutsPage(QSettings& settings, QList<QAction*> actions, QList<QAction*> menus, QWidget* parent);

  void choose(const QAction& action);
  QTreeWidget& list() { return *list_; }
  QLineEdit& search() { return *search_; }
  QKeySequenceEdit& keys() { return *keys_; }
  QPushButton& usual() { return *usual_; }
  QPushButton& none() { return *none_; }
  QPushButton& allUsual() { return *allUsual_; }
  QString problem() const { return problem_->text(); }

 private:
  void showChosen();
  void showKeys();
  void use(const QKeySequence& keys);
  void useAllUsual();
  void filter(const QString& text);
  QAction* chosen() const;

  QSettings& settings_;
  const QList<QAction*> actions_;
  const QList<QAction*> menus_;
  QLineEdit* search_;
  QTreeWidget* list_;
  QKeySequenceEdit* keys_;
  QPushButton* usual_;
  QPushButton* none_;
  QPushButton* allUsual_;
  QLabel* problem_;
};

}  // namespace sluice::gui
