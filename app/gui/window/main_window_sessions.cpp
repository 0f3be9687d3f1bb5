// Sessions within the history, and the parts of the window that one key moves between.
#include <QMenu>
#include <QStatusBar>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/window/main_window.h"

namespace sluice::gui {

void MainWindow::connectSessions() {
  sessions_ = new SessionStarts(parts_.settings, this);
  connect(sessions_, &SessionStarts::changed, this, &MainWindow::showSession);
  connect(actions_->newSession, &QAction::triggered, this, &MainWindow::beginSession);
  connect(actions_->wholeHistory, &QAction::triggered, this, [this] { sessions_->show(std::nullopt); });
  connect(switches_, &EngineSwitches::historyCleared, sessions_, &SessionStarts::forgetAll);
  connect(&parts_.keeper, &EngineKeeper::changed, sessions_,
          [this](const control::Changed& changed) { sessions_->noteNewest(changed.newestExchange); });
  connect(sessionsMenu_, &QMenu::aboutToShow, this, &MainWindow::fillSessionsMenu);
  showSession();
}

// What has been recorded by now; a history that is not there yet has nothing. One that cannot be read just now may have much.
void MainWindow::beginSession() {
  parts_.history.ask(
      this, [](store::Reader& reader) { return reader.totals(); },
      [this, asOf = sessions_->choices()](const Result<store::Totals>& totals) {
        if (!totals && totals.error().code != Code::NotFound) {
          return statusBar()->showMessage(tr("No session was begun: the history cannot be read: %1").arg(errorText(totals.error())));
        }
        sessions_->begin(totals ? totals->newest : ExchangeId{}, QDateTime::currentDateTime(), asOf);
      });
}

void MainWindow::showSession() {
  const auto session = sessions_->shown();
  actions_->wholeHistory->setChecked(!session);
  const ExchangeId after{session ? session->first.value - 1 : 0};
  sources_->counter().setRange(after, session && session->end ? ExchangeId{session->end.value - 1} : SourceCounter::kNoEnd);
  filterTable();
  updateTablePage();
  const auto time = [](const QDateTime& at) { return QLocale().toString(at, QLocale::ShortFormat); };
  setWindowTitle(!session                 ? QStringLiteral("Sluice")
                 : !session->end          ? tr("Sluice: session since %1").arg(time(session->from))
                 : session->from.isNull() ? tr("Sluice: session until %1").arg(time(session->to))
                                          : tr("Sluice: session from %1 to %2").arg(time(session->from), time(session->to)));
}

void MainWindow::fillSessionsMenu() {
  sessionsMenu_->clear();
  sessionsMenu_->addAction(actions_->wholeHistory);
  sessionsMenu_->addSeparator();
  const auto all = sessions_->sessions();
  const auto shown = sessions_->shown();
  const auto time = [](const QDateTime& at) { return QLocale().toString(at, QLocale::ShortFormat); };
  for (auto session = all.rbegin(); session != all.rend(); ++session) {
    const QString name = !session->end          ? tr("Since %1").arg(time(session->from))
                         : session->from.isNull() ? tr("Until %1").arg(time(session->to))
                                                  : tr("%1 to %2").arg(time(session->from), time(session->to));
    QAction* action = sessionsMenu_->addAction(name, sessions_, [this, first = session->first] { sessions_->show(first); });
    action->setStatusTip(tr("Show the exchanges of this session alone"));
    action->setCheckable(true);
    action->setChecked(shown && shown->first == session->first);
  }
}

void MainWindow::makePanes() {
  const auto into = [](QWidget* widget) {
    return [widget] {
      widget->setFocus(Qt::ShortcutFocusReason);
      return true;
    };
  };
  panes_.add(sources_, into(sources_));
  panes_.add(filter_, into(&filter_->field()));
  panes_.add(empty_, [this] { return empty_->focusContent(); });
  panes_.add(table_, into(table_));
  panes_.add(inspector_, [this] {
    if (table_->currentId()) inspector_->focusContent();
    return bool(table_->currentId());
  });
  panes_.add(connections_, into(&connections_->table()));
  panes_.add(throttleDock_, into(&throttleDock_->scope()));
}

}  // namespace sluice::gui
