#include "app/gui/window/actions.h"

#include <QWidget>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/look/icons.h"
#include "app/gui/preferences/shortcuts.h"

namespace sluice::gui {
namespace {

QAction* make(QWidget* window, const QString& text, const QKeySequence& shortcut, const QString& status) {
  auto* action = new QAction(text, window);
  setUsualKeys(*action, shortcut);
  action->setStatusTip(status);
  window->addAction(action);  // shortcuts work wherever the focus is
  return action;
}

QAction* makeToggle(QWidget* window, const QString& text, const QKeySequence& shortcut, const QString& status) {
  QAction* action = make(window, text, shortcut, status);
  action->setCheckable(true);
  return action;
}

constexpr auto kPurpose = "purpose";

}  // namespace

void allow(QAction& action, bool allowed, const QString& obstacle) {
  if (!action.property(kPurpose).isValid()) action.setProperty(kPurpose, action.statusTip());
  action.setEnabled(allowed);
  action.setStatusTip(allowed ? action.property(kPurpose).toString() : obstacle);
}

QString purposeOf(const QAction& action) {
  const QVariant purpose = action.property(kPurpose);
  return purpose.isValid() ? purpose.toString() : action.statusTip();
}

Actions::Actions(QWidget* window, const ExchangeModel& model) {
  engine = make(window, tr("Start &engine"), QKeySequence(Qt::CTRL | Qt::Key_E), {});
  restartEngine = make(window, tr("&Restart engine"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E),
                       tr("Stop the engine and start it again; open connections end"));
  preferences = make(window, tr("&Preferences"), QKeySequence(Qt::CTRL | Qt::Key_Comma),
                     tr("Choose appearance, language and where the engine listens"));
  quit = make(window, tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), tr("Close the window and stop its engine"));
  copyUrl = make(window, tr("&Copy URL"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                 tr("Copy the URLs of the selected exchanges, one a line"));
  copyCurl = make(window, tr("Copy as c&URL"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_U),
                  tr("Copy the requests of the selected exchanges as commands that send them again"));
  saveBody = make(window, tr("&Save response body"), QKeySequence(Qt::CTRL | Qt::Key_S),
                  tr("Write the bodies of the selected responses to files, unpacked"));
  openUrl = make(window, tr("Open in &browser"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
                 tr("Open the URL of the current exchange in the system's browser"));
  onlyHost = make(window, tr("Only this &host"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_H),
                  tr("Show only exchanges with the host of the current one"));
  passHost = make(window, tr("&Pass host through"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P),
                  tr("Never decrypt the hosts of the selected exchanges, from their next connection on"));
  decryptHost = make(window, tr("&Decrypt host again"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D),
                     tr("Take the hosts of the selected exchanges off the list of those that pass through"));
  clearSelection = make(window, tr("Clear &selection"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A),
                        tr("Select nothing and empty the inspector"));
  filter = make(window, tr("&Filter"), QKeySequence(Qt::CTRL | Qt::Key_F), tr("Go to the filter: show only exchanges that match"));
  follow = makeToggle(window, tr("&Follow newest"), QKeySequence(Qt::CTRL | Qt::Key_L),
                      tr("Keep the newest exchange in view; ends when you scroll up, resumes at the bottom"));
  showInspector = makeToggle(window, tr("&Inspector"), QKeySequence(Qt::CTRL | Qt::Key_I),
                             tr("Show what was sent and what came back"));
  inspectorRight = makeToggle(window, tr("Inspector on the &right"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_I),
                              tr("Put the inspector beside the table instead of below it"));
  overviewTab =
      make(window, tr("&Overview"), QKeySequence(Qt::CTRL | Qt::Key_1), tr("Show the overview of the exchange"));
  requestTab = make(window, tr("Re&quest"), QKeySequence(Qt::CTRL | Qt::Key_2), tr("Show the request"));
  responseTab = make(window, tr("Res&ponse"), QKeySequence(Qt::CTRL | Qt::Key_3), tr("Show the response"));
  bodyForm = make(window, tr("Body as text or &hex"), QKeySequence(Qt::CTRL | Qt::Key_H),
                  tr("Show the body as text, or byte by byte"));
  nextExchange =
      make(window, tr("&Next exchange"), QKeySequence(Qt::ALT | Qt::Key_Down), tr("Choose the next exchange"));
  previousExchange =
      make(window, tr("Pre&vious exchange"), QKeySequence(Qt::ALT | Qt::Key_Up), tr("Choose the previous exchange"));
  exchangesPage = makeToggle(window, tr("&Exchanges"), QKeySequence(Qt::ALT | Qt::Key_1), tr("Show what was asked and answered"));
  connectionsPage = makeToggle(window, tr("&Connections"), QKeySequence(Qt::ALT | Qt::Key_2),
                               tr("Show open connections and the throughput of all of them"));
  throttle = makeToggle(window, tr("&Throttle"), QKeySequence(Qt::CTRL | Qt::Key_T),
                        tr("Slow everything down as the chosen profile says, or let it pass at full speed"));
  throttleDock = makeToggle(window, tr("Throttle &dock"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T),
                            tr("Show whom to slow down and how"));
  find = make(window, tr("&Find in body"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
              tr("Look for a text in the body that is shown"));
  focusTable =
      make(window, tr("Go to &table"), QKeySequence(Qt::CTRL | Qt::Key_0), tr("Move the keyboard to the table"));
  focusInspector = make(window, tr("Go to inspe&ctor"), QKeySequence(Qt::CTRL | Qt::Key_9), tr("Move the keyboard to the inspector"));
  resetColumns = make(window, tr("&Usual columns"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_R),
                      tr("Show the usual columns in their usual order and width"));
  shortcuts = make(window, tr("&Keyboard shortcuts"), QKeySequence(Qt::Key_F1), tr("List every action and its keys"));
  about = make(window, tr("&About Sluice"), QKeySequence(Qt::SHIFT | Qt::Key_F1), tr("Version and licence"));
  makeAnnotations(window);
  makeSwitches(window);
  makeClients(window);
  makeSources(window);
  makeFiles(window);
  makePanes(window);
  makeColumns(window, model);
  makeSorting(window, model);
  setIcons();
}

void Actions::makeAnnotations(QWidget* window) {
  throttleHost = make(window, tr("&Throttle host"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L),
                      tr("Give the hosts of the selected exchanges limits of their own"));
  comment = make(window, tr("Co&mment"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M),
                 tr("Write something about the selected exchanges, to find them by"));
  constexpr Qt::Key kKeys[] = {Qt::Key_N, Qt::Key_R, Qt::Key_O, Qt::Key_Y, Qt::Key_G, Qt::Key_B, Qt::Key_P};
  static_assert(std::size(kKeys) == kMarkNames.size());
  for (std::size_t i = 0; i < kMarkNames.size(); ++i) {
    const bool none = i == 0;
    const QString text = none ? tr("No mark") : markText(Mark(i));
    marks.append(make(window, text, QKeySequence(Qt::CTRL | Qt::Key_M, QKeyCombination(kKeys[i])),
                      none ? tr("Take the mark of the selected exchanges away")
                           : tr("Mark the selected exchanges with this colour; once more takes the mark away")));
    if (!none) marks.back()->setIcon(markIcon(Mark(i)));
  }
}

void Actions::makeSwitches(QWidget* window) {
  record = makeToggle(window, tr("Re&cording"), QKeySequence(Qt::CTRL | Qt::Key_R),
                      tr("Keep what passes; while this is off, traffic passes on and leaves nothing behind"));
  intercept = makeToggle(window, tr("Decrypt &https"), QKeySequence(Qt::CTRL | Qt::Key_D),
                         tr("Decrypt the https of clients that trust the CA; else it passes through as tunnels"));
  systemProxy = makeToggle(window, tr("System &proxy"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Y),
                           tr("Send the programs of this desktop through Sluice; its settings are given back when Sluice ends"));
  clearHistory = make(window, tr("C&lear history"), QKeySequence(Qt::CTRL | Qt::Key_K), tr("Forget all recorded exchanges, at once"));
}

void Actions::makeClients(QWidget* window) {
  openBrowser = make(window, tr("Open a &browser"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_J),
                     tr("Start a browser with a profile of its own that goes through Sluice and trusts its certificate"));
  openTerminal = make(window, tr("Open a &terminal"), QKeySequence(Qt::CTRL | Qt::Key_J),
                      tr("Start a terminal whose programs go through Sluice and trust its certificate"));
  authority = make(window, tr("Certificate &authority"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_G),
                   tr("See who trusts the certificate of Sluice, and change that"));
}

void Actions::makeSources(QWidget* window) {
  showSources = makeToggle(window, tr("&Sources"), QKeySequence(Qt::CTRL | Qt::Key_B),
                           tr("Show hosts, programs, saved filters and sessions"));
  focusSources = make(window, tr("Go to &sources"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_B), tr("Move the keyboard to the sources"));
  keepFilter = make(window, tr("&Keep this filter"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K),
                    tr("Put the filter among the saved ones"));
}

void Actions::makeFiles(QWidget* window) {
  newSession = make(window, tr("&New session"), QKeySequence(Qt::CTRL | Qt::Key_N),
                    tr("Show only what comes from now on; what was recorded stays in the history, and can be shown again"));
  wholeHistory = makeToggle(window, tr("&Whole history"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_N),
                            tr("Show the exchanges of all sessions"));
  openSession = make(window, tr("&Open"), QKeySequence(Qt::CTRL | Qt::Key_O),
                     tr("Open a session or a HAR in a window of its own, to be read only"));
  saveSession = make(window, tr("&Save as session"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
                     tr("Save the exchanges that are shown to a file, with all bodies"));
  importHar = make(window, tr("&Import HAR into history"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V),
                   tr("Add the exchanges of a HAR file to those that are recorded"));
  exportHar = make(window, tr("E&xport as HAR"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_X),
                   tr("Write the exchanges that are shown to a file that browsers and other tools read"));
}

void Actions::makeColumns(QWidget* window, const ExchangeModel& model) {
  for (int i = 0; i < kColumnCount; ++i) {
    const QString name = model.headerData(i, Qt::Horizontal, Qt::DisplayRole).toString();
    // The tenth column gets the key 0, those after it A and on.
    const int key = i < 10 ? Qt::Key_0 + (i + 1) % 10 : Qt::Key_A + (i - 10);
    const QKeySequence keys(Qt::CTRL | Qt::ALT | Qt::Key(key));
    columns.append(makeToggle(window, name, keys, tr("Show or hide the column %1").arg(name)));
  }
}

void Actions::makePanes(QWidget* window) {
  nextPane = make(window, tr("Ne&xt pane"), QKeySequence(Qt::Key_F6), tr("Move the keyboard to the next part of the window"));
  previousPane =
      make(window, tr("Previous p&ane"), QKeySequence(Qt::SHIFT | Qt::Key_F6), tr("Move the keyboard to the part of the window before"));
}

// The waterfall's order is that of the beginnings, and the number's that of arrival.
void Actions::makeSorting(QWidget* window, const ExchangeModel& model) {
  const auto keys = [](Qt::Key key) { return QKeySequence(Qt::CTRL | Qt::ALT | Qt::SHIFT | key); };
  sortArrival = makeToggle(window, tr("&Order of arrival"), keys(Qt::Key_N), tr("Show the exchanges in the order in which they began"));
  sortDescending = makeToggle(window, tr("&Largest first"), keys(Qt::Key_R), tr("Sort the other way round"));
  const QPair<Column, Qt::Key> sorted[] = {{Column::State, Qt::Key_S}, {Column::Method, Qt::Key_M}, {Column::Host, Qt::Key_H},
                                           {Column::Path, Qt::Key_P}, {Column::Status, Qt::Key_U}, {Column::Type, Qt::Key_T},
                                           {Column::Size, Qt::Key_Z}, {Column::Duration, Qt::Key_D}, {Column::Program, Qt::Key_G},
                                           {Column::Started, Qt::Key_B}};
  for (const auto& [column, key] : sorted) {
    const QString name = model.headerData(int(column), Qt::Horizontal, Qt::DisplayRole).toString();
    sortColumns.append({column, makeToggle(window, name, keys(key), tr("Sort the exchanges by the column %1").arg(name))});
  }
}

void Actions::setIcons() {
  exchangesPage->setIcon(icon(Glyph::Connections));
  connectionsPage->setIcon(icon(Glyph::Chart));
  openUrl->setIcon(icon(Glyph::Globe));
  record->setIcon(icon(Glyph::Record));
  intercept->setIcon(icon(Glyph::Lock));
  intercept->setIconText(tr("Decrypt"));
  openBrowser->setIcon(icon(Glyph::Globe));
  openTerminal->setIcon(icon(Glyph::Terminal));
  authority->setIcon(icon(Glyph::Lock));
  systemProxy->setIcon(icon(Glyph::Globe));
  clearHistory->setIcon(icon(Glyph::Trash));
  clearHistory->setIconText(tr("Clear"));
  throttle->setIcon(icon(Glyph::Throttle));
  throttleDock->setIcon(icon(Glyph::Throttle));
  filter->setIcon(icon(Glyph::Filter));
  copyUrl->setIcon(icon(Glyph::Copy));
  clearSelection->setIcon(icon(Glyph::Deselect));
  openSession->setIcon(icon(Glyph::Open));
  saveSession->setIcon(icon(Glyph::Save));
  showSources->setIcon(icon(Glyph::Sidebar));
  follow->setIcon(icon(Glyph::Follow));
  restartEngine->setIcon(icon(Glyph::Restart));
  showInspector->setIcon(icon(Glyph::InspectorBelow));
  inspectorRight->setIcon(icon(Glyph::InspectorRight));
  preferences->setMenuRole(QAction::PreferencesRole);
  quit->setMenuRole(QAction::QuitRole);
  about->setMenuRole(QAction::AboutRole);
  showEngineRunning(false);
}

void Actions::showEngineRunning(bool running) {
  engine->setText(running ? tr("Stop &engine") : tr("Start &engine"));
  engine->setIcon(icon(running ? Glyph::Stop : Glyph::Start));
  nameWithKeys(*engine);
  engine->setStatusTip(running ? tr("Stop the engine: it finishes what runs, at most five seconds")
                               : tr("Start the engine and listen for traffic"));
}

}  // namespace sluice::gui
