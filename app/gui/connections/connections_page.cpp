#include "app/gui/connections/connections_page.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/connections/connection_delegate.h"
#include "app/gui/connections/limit_cell.h"
#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/look/rows.h"
#include "app/gui/throttle/throttle_state.h"
#include "core/throttle/profile_json.h"

namespace sluice::gui {
namespace {

constexpr int kPollMs = 1000;
constexpr int kRowPadding = 9;
constexpr auto kColumnsKey = "connections/columns2";  // the number rises with the columns that there are
constexpr auto kZoomKey = "connections/zoom";

// In widths of the digit 0.
int defaultWidth(ConnectionColumn column) {
  switch (column) {
    case ConnectionColumn::Number: return 6;
    case ConnectionColumn::State: return 10;
    case ConnectionColumn::Program: return 12;
    case ConnectionColumn::Client: return 16;
    case ConnectionColumn::Target: return 34;
    case ConnectionColumn::Age: return 12;
    case ConnectionColumn::Exchanges: return 11;
    case ConnectionColumn::Down:
    case ConnectionColumn::Up: return 9;
    case ConnectionColumn::DownRate:
    case ConnectionColumn::UpRate: return 11;
    case ConnectionColumn::History: return 12;
    case ConnectionColumn::Limit: return 22;
  }
  return 12;
}

}  // namespace

ConnectionsPage::ConnectionsPage(EngineKeeper& keeper, const Throughput& throughput, QWidget* parent)
    : QWidget(parent), keeper_(keeper), throughput_(throughput) {
  model_ = new ConnectionModel(this);
  makeTable();
  chart_ = new ThroughputChart(throughput, this);
  empty_ = hintLabel(this);
  empty_->setText(tr("No connection is open. Every client that connects is listed here while it is connected."));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(makeBar());
  layout->addWidget(separatorLine(this));
  layout->addWidget(chart_);
  layout->addWidget(separatorLine(this));
  layout->addWidget(table_, 1);
  layout->addWidget(empty_, 1);
  layout->addWidget(makeLimit());
  clock_.start();
  connect(&timer_, &QTimer::timeout, this, &ConnectionsPage::poll);
  connect(&keeper.link(), &EngineLink::connectionsReceived, this, &ConnectionsPage::take);
  connect(&keeper, &EngineKeeper::sampled, this, [this] { chart_->refresh(); });
  connect(&keeper, &EngineKeeper::stateChanged, this, [this] {
    if (keeper_.state() != EngineState::Running) model_->clear();
    updateState();
  });
  setZoom(ThroughputChart::Zoom::Minute);
  updateState();
}

QWidget* ConnectionsPage::makeBar() {
  auto* bar = new QWidget(this);
  auto* layout = new QHBoxLayout(bar);
  layout->setContentsMargins(12, 3, 6, 3);
  layout->setSpacing(2);
  layout->addWidget(count_ = mutedLabel({}, bar), 1);
  zooms_ = new QButtonGroup(bar);
  const std::pair<QString, QString> zooms[] = {{tr("1 min"), tr("Show the last minute")},
                                               {tr("10 min"), tr("Show the last ten minutes")},
                                               {tr("Session"), tr("Show everything since the window opened")}};
  for (int i = 0; i < 3; ++i) {
    auto* button = new QToolButton(bar);
    button->setText(zooms[i].first);
    button->setToolTip(zooms[i].second);
    button->setStatusTip(zooms[i].second);
    button->setCheckable(true);
    button->setAutoRaise(true);
    zooms_->addButton(button, i);
    layout->addWidget(button);
  }
  connect(zooms_, &QButtonGroup::idClicked, this, [this](int id) { setZoom(ThroughputChart::Zoom(id)); });
  return bar;
}

void ConnectionsPage::makeTable() {
  table_ = new QTableView(this);
  table_->setModel(model_);
  table_->setItemDelegate(new ConnectionDelegate(this));
  table_->setAccessibleName(tr("Open connections"));
  dressTable(*table_, kRowPadding);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  QHeaderView* header = table_->horizontalHeader();
  header->setSectionsMovable(true);
  const int digit = fontMetrics().horizontalAdvance(u'0');
  for (int i = 0; i < kConnectionColumnCount; ++i) header->resizeSection(i, defaultWidth(ConnectionColumn(i)) * digit);
  header->setSectionResizeMode(int(ConnectionColumn::Target), QHeaderView::Stretch);

  close_ = new QAction(icon(Glyph::Close), tr("&Close connection"), table_);
  close_->setShortcut(QKeySequence::Delete);
  close_->setShortcutContext(Qt::WidgetShortcut);
  close_->setStatusTip(tr("Cut the chosen connections; what runs on them is recorded as aborted"));
  close_->setToolTip(close_->statusTip());
  table_->addAction(close_);
  connect(close_, &QAction::triggered, this, &ConnectionsPage::closeSelected);
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(table_, &QWidget::customContextMenuRequested, this, &ConnectionsPage::showMenu);
  connect(table_, &QAbstractItemView::doubleClicked, this, [this](const QModelIndex& index) {
    const ExchangeId exchange = model_->rowAt(index.row()).exchange;
    if (exchange) emit exchangeChosen(exchange);
  });
}

void ConnectionsPage::setZoom(ThroughputChart::Zoom zoom) {
  zooms_->button(int(zoom))->setChecked(true);
  chart_->setZoom(zoom);
}

std::vector<ConnectionId> ConnectionsPage::selected() const {
  std::vector<ConnectionId> ids;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) ids.push_back(model_->rowAt(index.row()).connection);
  return ids;
}

void ConnectionsPage::closeSelected() {
  if (!keeper_.link().isAttached()) return;
  for (const ConnectionId id : selected()) keeper_.link().closeConnection(id);
  poll();
}

void ConnectionsPage::showMenu(const QPoint& at) {
  QMenu menu(this);
  close_->setEnabled(!selected().empty());
  menu.addAction(close_);
  menu.exec(table_->viewport()->mapToGlobal(at));
}

QWidget* ConnectionsPage::makeLimit() {
  limitBar_ = new QWidget(this);
  auto* layout = new QHBoxLayout(limitBar_);
  layout->setContentsMargins(12, 6, 12, 6);
  const QString hint = tr("Each way for each of them, whatever the throttle says; unlimited: as everything");
  limit_ = new Knob(tr("&Limit of the chosen connection"), hint, rateScale(), limitBar_);
  limit_->setMaximumWidth(480);
  layout->addWidget(limit_, 1);
  layout->addStretch(1);
  limitBar_->hide();
  limitTimer_.setSingleShot(true);
  limitTimer_.setInterval(ThrottleState::kSendEveryMs);
  connect(limit_, &Knob::changed, this, [this](double value) { wantLimit(selected(), value); });
  connect(new LimitDrag(*table_, *model_), &LimitDrag::moved, this, [this](ConnectionId id, double value) {
    wantLimit({id}, value);
    showLimit();
  });
  connect(&limitTimer_, &QTimer::timeout, this, &ConnectionsPage::sendLimit);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ConnectionsPage::showLimit);
  return limitBar_;
}

// What all of the chosen ones have; where they differ, it says so until it is moved.
void ConnectionsPage::showLimit() {
  const auto rows = table_->selectionModel()->selectedRows();
  limitBar_->setVisible(!rows.empty());
  if (rows.empty()) return;
  const double first = model_->limitAt(rows.front().row());
  const bool same = std::all_of(rows.begin(), rows.end(), [&](const QModelIndex& each) { return model_->limitAt(each.row()) == first; });
  limit_->setName(rows.size() == 1 ? tr("&Limit of the chosen connection")
                                   : tr("&Limit of each of the %L1 chosen connections").arg(rows.size()));
  same ? limit_->setValue(first) : limit_->setDifferent();
}

// Shown at once, sent a little later.
void ConnectionsPage::wantLimit(const std::vector<ConnectionId>& connections, double bytesPerSecond) {
  for (const ConnectionId id : connections) {
    const int row = model_->rowOf(id);
    if (row < 0) continue;
    // What else sluicectl gave this connection stays.
    throttle::Profile profile = throttle::profileFromJson(model_->rowAt(row).limit).value_or(throttle::Profile());
    profile.name.clear();
    profile.source.clear();
    profile.perConnection = {std::uint64_t(bytesPerSecond)};
    std::string json = profile.isNeutral() ? std::string() : throttle::toJson(profile);
    model_->noteLimit(row, json);
    limits_[id] = std::move(json);
  }
  if (!limitTimer_.isActive()) limitTimer_.start();
}

void ConnectionsPage::sendLimit() {
  for (const auto& [id, json] : std::exchange(limits_, {})) {
    if (model_->rowOf(id) < 0 || !keeper_.link().isAttached()) continue;
    keeper_.link().useProfile({json, control::ProfileScope::Connection, std::to_string(id.value)});
  }
}

void ConnectionsPage::poll() {
  if (keeper_.link().isAttached()) keeper_.link().requestConnections();
}

void ConnectionsPage::take(const control::ConnectionsReply& reply) {
  if (!isVisible()) return;
  model_->take(reply, clock_.elapsed());
  updateState();
}

void ConnectionsPage::updateState() {
  const int rows = model_->rowCount();
  table_->setVisible(rows > 0);
  empty_->setVisible(rows == 0);
  QString text = rows == 1 ? tr("1 open connection") : tr("%L1 open connections").arg(model_->total());
  if (model_->total() > std::uint64_t(rows)) text = tr("%1, the first %L2 are listed").arg(text).arg(rows);
  count_->setText(keeper_.state() == EngineState::Running ? text : tr("The engine is not running"));
}

void ConnectionsPage::showEvent(QShowEvent*) {
  poll();
  timer_.start(kPollMs);
}

void ConnectionsPage::hideEvent(QHideEvent*) { timer_.stop(); }

void ConnectionsPage::saveState(QSettings& settings) const {
  settings.setValue(QLatin1String(kColumnsKey), table_->horizontalHeader()->saveState());
  settings.setValue(QLatin1String(kZoomKey), int(chart_->zoom()));
}

void ConnectionsPage::restoreState(const QSettings& settings) {
  table_->horizontalHeader()->restoreState(settings.value(QLatin1String(kColumnsKey)).toByteArray());
  setZoom(ThroughputChart::Zoom(std::clamp(settings.value(QLatin1String(kZoomKey)).toInt(), 0, 2)));
}

}  // namespace sluice::gui
