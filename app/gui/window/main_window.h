// The window: exchange table, inspector, banner, status line, and the actions that tie them together. Owns its widgets
// and its model; history, engine and settings are main()'s. GUI thread.
#pragma once

#include <QMainWindow>
#include <QMessageBox>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <memory>

#include "app/gui/connections/connections_page.h"
#include "app/gui/engine/engine_keeper.h"
#include "app/gui/exchanges/exchange_table.h"
#include "app/gui/exchanges/filter_field.h"
#include "app/gui/inspector/inspector.h"
#include "app/gui/session/session_files.h"
#include "app/gui/session/session_starts.h"
#include "app/gui/session/session_window.h"
#include "app/gui/sources/sources_panel.h"
#include "app/gui/throttle/throttle_dock.h"
#include "app/gui/throttle/throttle_state.h"
#include "app/gui/window/actions.h"
#include "app/gui/window/annotations.h"
#include "app/gui/window/banner.h"
#include "app/gui/window/client_starter.h"
#include "app/gui/window/empty_page.h"
#include "app/gui/window/engine_switches.h"
#include "app/gui/window/exchange_commands.h"
#include "app/gui/window/host_commands.h"
#include "app/gui/window/panes.h"
#include "app/gui/window/recording_watch.h"
#include "app/gui/window/sort_menu.h"
#include "app/gui/window/status_line.h"
#include "app/gui/window/system_proxy_switch.h"

namespace sluice::gui {

class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  struct Parts {
    History& history;           // of the table
    History& inspectorHistory;  // of the inspector, on another thread
    History& sourcesHistory;    // of the sidebar, likewise
    EngineKeeper& keeper;
    QSettings& settings;
  };
  explicit MainWindow(Parts parts, QWidget* parent = nullptr);
  ~MainWindow() override;

  // As it was when it was last closed, and the engine started.
  void open();

  ExchangeModel& model() { return *model_; }
  ExchangeTable& table() { return *table_; }
  FilterField& filterField() { return *filter_; }
  Inspector& inspector() { return *inspector_; }
  SourcesPanel& sources() { return *sources_; }
  SessionFiles& files() { return *files_; }
  SessionStarts& sessions() { return *sessions_; }
  EmptyPage& emptyPage() { return *empty_; }
  Banner& banner() { return *banner_; }
  StatusLine& statusLine() { return *status_; }
  Actions& actions() { return *actions_; }
  ConnectionsPage& connections() { return *connections_; }
  ThrottleState& throttleState() { return *throttleState_; }
  ThrottleDock& throttleDock() { return *throttleDock_; }
  ExchangeCommands& commands() { return *commands_; }
  Annotations& annotations() { return *annotations_; }
  bool showsEmptyPage() const { return tablePages_->currentWidget() == empty_; }

 signals:
  // Light, dark or as the system, as the settings say now.
  void schemeChosen();
  // The window is closed, its state saved, its own engine ended.
  void closed();

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  enum class Page { Exchanges, Connections };
  static constexpr int kTableShare = 58;  // of a hundred, the rest is the inspector's

  void build();
  void buildMenus();
  void buildToolBar();
  void connectEngine();
  void connectTable();
  void connectActions();
  void connectInspector();
  void connectSources();
  void connectFiles();
  void connectSessions();
  void makePanes();
  void beginSession();
  void showSession();
  void fillSessionsMenu();
  void connectCommands();
  void filterTable();

  void restoreState();
  void saveState();
  void setInspectorPosition(bool right);
  void setInspectorShown(bool shown);
  void showEngine();
  void updateCounts();
  void updateTablePage();
  void showNotice();
  void dismissNotice();
  void say(const QString& message);  // in the status bar, for some seconds
  void takeOffer(EngineNotice::Offer offer);
  void showPage(Page page);
  void connectThrottle();
  void showThrottle();
  void focusInspector();
  void showRowMenu(const QPoint& at);
  void showColumnsMenu(const QPoint& at);
  void showShortcuts();
  void showPreferences();
  void showAuthority();
  void showAbout();
  // Does not wait for its end; a screen reader reads it out.
  QMessageBox& openMessage(QMessageBox::Icon icon, const QString& title, const QString& text);

  Parts parts_;
  Throughput throughput_;
  ExchangeModel* model_;
  std::unique_ptr<Actions> actions_;
  QSplitter* splitter_ = nullptr;
  QSplitter* sourcesSplitter_ = nullptr;
  SourcesPanel* sources_ = nullptr;
  SessionFiles* files_ = nullptr;
  SessionStarts* sessions_ = nullptr;
  QMenu* sessionsMenu_ = nullptr;
  Panes panes_;
  filter::Node typed_;  // in the filter field
  QStackedWidget* tablePages_ = nullptr;
  FilterField* filter_ = nullptr;
  ExchangeTable* table_ = nullptr;
  EmptyPage* empty_ = nullptr;
  QStackedWidget* mainPages_ = nullptr;
  ConnectionsPage* connections_ = nullptr;
  ExchangeCommands* commands_ = nullptr;
  Annotations* annotations_ = nullptr;
  HostCommands* hosts_ = nullptr;
  RecordingWatch* recording_ = nullptr;
  QMenu* rowMenu_ = nullptr;
  SystemProxySwitch* systemProxy_ = nullptr;
  ClientStarter* clients_ = nullptr;
  Inspector* inspector_ = nullptr;
  ThrottleState* throttleState_ = nullptr;
  EngineSwitches* switches_ = nullptr;
  ThrottleDock* throttleDock_ = nullptr;
  QMenu* profileMenu_ = nullptr;
  Banner* banner_ = nullptr;
  StatusLine* status_ = nullptr;
  QMenu* columnsMenu_ = nullptr;
  bool loaded_ = false;  // the table's first reading of the history is done
  bool closing_ = false;
};

}  // namespace sluice::gui
