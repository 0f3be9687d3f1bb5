// A session file in a window of its own: table, filter and inspector over what was saved, to be read only. No engine, and nothing is
// written but how the window is. GUI thread.
#pragma once

#include <QMainWindow>
#include <QSettings>
#include <QSplitter>
#include <memory>

#include "app/gui/exchanges/exchange_table.h"
#include "app/gui/exchanges/filter_field.h"
#include "app/gui/history/history.h"
#include "app/gui/inspector/inspector.h"
#include "app/gui/session/session_files.h"
#include "app/gui/window/exchange_commands.h"

namespace sluice::gui {

class SessionWindow : public QMainWindow {
  Q_OBJECT
 public:
  // `keeps` lives as long as the window: what the opener reads from.
  SessionWindow(const QString& file, History::Opener opener, std::shared_ptr<void> keeps, const QSettings& settings);
  ~SessionWindow() override;
  // As the one that was closed last; the first one of all is as large as `usual`.
  void restoreState(QSize usual);

  ExchangeModel& model() { return *model_; }
  ExchangeTable& table() { return *table_; }
  FilterField& filterField() { return *filter_; }
  Inspector& inspector() { return *inspector_; }
  SessionFiles& files() { return *files_; }
  QSplitter& splitter() { return *splitter_; }
  QAction& inspectorRight() { return *inspectorRight_; }

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  void build();
  void buildMenus();
  QMenu* makeColumnsMenu();
  void connectParts();
  void placeInspector(bool right);
  void showCount();

  const std::shared_ptr<void> keeps_;
  QSettings settings_;  // its own: the window may outlive the one that opened it
  std::unique_ptr<History> tableHistory_, inspectorHistory_;
  ExchangeModel* model_;
  QSplitter* splitter_ = nullptr;
  FilterField* filter_ = nullptr;
  ExchangeTable* table_ = nullptr;
  Inspector* inspector_ = nullptr;
  ExchangeCommands* commands_ = nullptr;
  SessionFiles* files_;
  QLabel* count_ = nullptr;
  QMenu* columnsMenu_ = nullptr;
  QAction* inspectorRight_ = nullptr;
};

}  // namespace sluice::gui
