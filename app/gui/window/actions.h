// Every action of the main window: text, shortcut, tooltip and status text in one place. GUI thread.
#pragma once

#include <QAction>
#include <QActionGroup>
#include <QCoreApplication>
#include <QList>

#include "app/gui/exchanges/exchange_model.h"

namespace sluice::gui {

struct Actions {
  Q_DECLARE_TR_FUNCTIONS(sluice::gui::Actions)

 public:
  Actions(QWidget* window, const ExchangeModel& model);

  QAction* engine;  // starts or stops, as its text says
  QAction* restartEngine;
  QAction* record;        // on or off
  QAction* intercept;     // on or off
  QAction* clearHistory;
  QAction* systemProxy;   // on or off
  QAction* openBrowser;
  QAction* openTerminal;
  QAction* authority;
  QAction* preferences;
  QAction* quit;
  QAction* copyUrl;
  QAction* copyCurl;
  QAction* saveBody;
  QAction* openUrl;
  QAction* onlyHost;
  QAction* passHost;
  QAction* decryptHost;
  QAction* throttleHost;
  QAction* comment;
  QList<QAction*> marks;  // by Mark
  QAction* clearSelection;
  QAction* filter;
  QAction* openSession;
  QAction* saveSession;
  QAction* importHar;
  QAction* exportHar;
  QAction* keepFilter;
  QAction* showSources;
  QAction* focusSources;
  QAction* follow;
  QAction* showInspector;
  QAction* inspectorRight;
  QAction* overviewTab;
  QAction* requestTab;
  QAction* responseTab;
  QAction* bodyForm;
  QAction* nextExchange;
  QAction* previousExchange;
  QAction* exchangesPage;
  QAction* connectionsPage;
  QAction* throttle;      // on or off
  QAction* throttleDock;  // shown or not
  QAction* find;
  QAction* focusTable;
  QAction* focusInspector;
  QAction* resetColumns;
  QAction* shortcuts;
  QAction* about;
  QList<QAction*> columns;  // in the order of Column
  QAction* sortArrival;
  QAction* sortDescending;
  QList<QPair<Column, QAction*>> sortColumns;
  QAction* newSession;
  QAction* wholeHistory;
  QAction* nextPane;
  QAction* previousPane;

  void showEngineRunning(bool running);

 private:
  void makeAnnotations(QWidget* window);
  void makeSwitches(QWidget* window);
  void makeClients(QWidget* window);
  void makeSources(QWidget* window);
  void makeFiles(QWidget* window);
  void makePanes(QWidget* window);
  void makeSorting(QWidget* window, const ExchangeModel& model);
  void makeColumns(QWidget* window, const ExchangeModel& model);
  void setIcons();
};

// Enables it; or, where something is in the way, disables it and says what in the status bar, where it else says what it does.
void allow(QAction& action, bool allowed, const QString& obstacle);
// What it does, whether or not something is in its way now.
QString purposeOf(const QAction& action);

}  // namespace sluice::gui
