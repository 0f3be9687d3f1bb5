// What the user decides once, a page for each matter. Every change holds at once; what must wait for the next start of the engine or the
// window says so beside it, and what the engine refuses is said where it was typed. GUI thread.
#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QListWidget>
#include <QStackedWidget>

#include "app/gui/engine/engine_keeper.h"
#include "app/gui/preferences/interception_page.h"
#include "app/gui/preferences/keeping_page.h"
#include "app/gui/preferences/listeners_page.h"
#include "app/gui/preferences/preferences.h"
#include "app/gui/preferences/shortcuts_page.h"

class QFormLayout;

namespace sluice::gui {

class PreferencesDialog : public QDialog {
  Q_OBJECT
 public:
  // All are borrowed and outlive it.
  struct Parts {
    QSettings& settings;
    EngineKeeper& keeper;
    QAction& intercept;        // the switch
    QList<QAction*> actions;   // whose keys can be chosen
    QList<QAction*> menus;     // of the menu bar
  };
  enum class Page { Look, Listeners, Interception, Keeping, Shortcuts };

  PreferencesDialog(const Parts& parts, QWidget* parent);

  void showPage(Page page) { pages_->setCurrentRow(int(page)); }
  QListWidget& pages() { return *pages_; }
  QComboBox& scheme() { return *scheme_; }
  QComboBox& density() { return *density_; }
  QComboBox& language() { return *language_; }
  ListenersPage& listeners() { return *listeners_; }
  InterceptionPage& interception() { return *interception_; }
  KeepingPage& keeping() { return *keeping_; }
  ShortcutsPage& shortcuts() { return *shortcuts_; }

 signals:
  void schemeChanged();
  void densityChanged();

 private:
  QWidget* makeLookPage(QSettings& settings);
  QComboBox* addChoice(const QString& name, const QList<QPair<QString, QString>>& choices, const QString& current, QFormLayout& form);
  void addPage(const QString& title, QWidget* page);

  QListWidget* pages_;
  QStackedWidget* stack_;
  QComboBox* scheme_ = nullptr;
  QComboBox* density_ = nullptr;
  QComboBox* language_ = nullptr;
  ListenersPage* listeners_;
  InterceptionPage* interception_;
  KeepingPage* keeping_;
  ShortcutsPage* shortcuts_;
};

}  // namespace sluice::gui
