#include "app/gui/window/empty_page.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"

namespace sluice::gui {
namespace {
constexpr int kIconSide = 64;
}

EmptyPage::EmptyPage(QWidget* parent) : QWidget(parent), browsers_(installedBrowsers()), terminals_(platform::installedTerminals()) {
  auto* picture = new QLabel(this);
  picture->setPixmap(applicationIcon().pixmap(QSize(kIconSide, kIconSide), devicePixelRatioF()));
  title_ = new QLabel(this);
  title_->setTextFormat(Qt::PlainText);
  QFont font = title_->font();
  font.setPointSizeF(font.pointSizeF() * 1.35);
  font.setWeight(QFont::DemiBold);
  title_->setFont(font);
  hint_ = mutedLabel({}, this);
  commandHint_ = mutedLabel(tr("or with one command:"), this);

  commandRow_ = new QWidget(this);
  command_ = new QLineEdit(commandRow_);
  command_->setReadOnly(true);
  command_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  command_->setAccessibleName(tr("Command to try"));
  copy_ = new QPushButton(icon(Glyph::Copy), tr("Copy"), commandRow_);
  copy_->setToolTip(tr("Copy the command to the clipboard"));
  copy_->setStatusTip(copy_->toolTip());
  auto* row = new QHBoxLayout(commandRow_);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(command_);
  row->addWidget(copy_);
  start_ = new QPushButton(icon(Glyph::Start), tr("Start engine"), this);
  start_->setToolTip(tr("Start the engine (Ctrl+E)"));
  start_->setStatusTip(tr("Start the engine"));

  clients_ = new QWidget(this);
  auto* clients = new QHBoxLayout(clients_);
  clients->setContentsMargins(0, 0, 0, 0);
  clients->setSpacing(10);
  browse_ = new QPushButton(icon(Glyph::Globe), tr("Open a browser"), clients_);
  makeBrowserMenu();
  terminal_ = new QPushButton(icon(Glyph::Terminal), tr("Open a terminal"), clients_);
  makeTerminalMenu();
  trust_ = new QPushButton(icon(Glyph::Lock), tr("Who trusts the certificate"), clients_);
  trust_->setToolTip(tr("For programs that you start yourself: who trusts the certificate of Sluice, and how to change that"));
  trust_->setStatusTip(trust_->toolTip());
  connect(trust_, &QPushButton::clicked, this, &EmptyPage::trustRequested);
  for (QPushButton* button : {browse_, terminal_, trust_}) clients->addWidget(button);

  auto* layout = new QVBoxLayout(this);
  layout->addStretch(2);
  for (QWidget* widget :
       {static_cast<QWidget*>(picture), static_cast<QWidget*>(title_), static_cast<QWidget*>(hint_)}) {
    layout->addWidget(widget, 0, Qt::AlignHCenter);
    layout->addSpacing(8);
  }
  layout->addWidget(clients_, 0, Qt::AlignHCenter);
  layout->addSpacing(14);
  layout->addWidget(commandHint_, 0, Qt::AlignHCenter);
  layout->addSpacing(4);
  layout->addWidget(commandRow_, 0, Qt::AlignHCenter);
  layout->addWidget(start_, 0, Qt::AlignHCenter);
  layout->addStretch(3);

  connect(copy_, &QPushButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(command());
    emit copied(command());
  });
  connect(start_, &QPushButton::clicked, this, &EmptyPage::startRequested);
  showState(EngineState::Stopped, {}, {});
}

// One button for the first browser there is; a menu where there are more.
void EmptyPage::makeBrowserMenu() {
  browse_->setVisible(!browsers_.empty());
  if (browsers_.empty()) return;
  browse_->setToolTip(tr("Starts it with a profile of its own; your own stays as it is"));
  browse_->setStatusTip(browse_->toolTip());
  if (browsers_.size() == 1) {
    browse_->setText(tr("Open %1").arg(browsers_.front().name));
    connect(browse_, &QPushButton::clicked, this, [this] { emit browserRequested(browsers_.front()); });
    return;
  }
  auto* menu = new QMenu(browse_);
  for (const Browser& browser : browsers_) {
    menu->addAction(browser.name, this, [this, browser] { emit browserRequested(browser); });
  }
  browse_->setMenu(menu);
}

void EmptyPage::makeTerminalMenu() {
  terminal_->setVisible(!terminals_.empty());
  if (terminals_.empty()) return;
  terminal_->setToolTip(tr("Its programs go through Sluice and trust its certificate: curl, git, Python, Node, Go and others"));
  terminal_->setStatusTip(terminal_->toolTip());
  if (terminals_.size() == 1) {
    connect(terminal_, &QPushButton::clicked, this, [this] { emit terminalRequested(terminals_.front()); });
    return;
  }
  auto* menu = new QMenu(terminal_);
  for (const auto& terminal : terminals_) {
    menu->addAction(QString::fromStdString(terminal.name), this, [this, terminal] { emit terminalRequested(terminal); });
  }
  terminal_->setMenu(menu);
}

bool EmptyPage::focusContent() {
  for (QPushButton* button : {browse_, terminal_, copy_, start_}) {
    if (!button->isVisible()) continue;
    button->setFocus(Qt::OtherFocusReason);
    return true;
  }
  return false;
}

void EmptyPage::showState(EngineState state, const QStringList& listeners, const QString& proxy) {
  const bool running = state == EngineState::Running && !listeners.isEmpty();
  const bool usable = running && !proxy.isEmpty();
  for (QWidget* widget : std::initializer_list<QWidget*>{commandRow_, commandHint_, clients_}) widget->setVisible(usable);
  start_->setVisible(state == EngineState::Stopped || state == EngineState::Failed);
  switch (state) {
    case EngineState::Running: title_->setText(tr("Listening on %1").arg(listeners.join(QStringLiteral(", ")))); break;
    case EngineState::Starting: title_->setText(tr("Starting the engine")); break;
    case EngineState::Waiting: title_->setText(tr("Waiting for an engine")); break;
    case EngineState::Stopping: title_->setText(tr("Stopping the engine")); break;
    case EngineState::Stopped: title_->setText(tr("The engine is stopped")); break;
    case EngineState::Failed: title_->setText(tr("The engine does not run")); break;
  }
  if (!running) {
    hint_->setText(tr("What passes through it will be listed here."));
    return;
  }
  hint_->setText(tr("Send traffic through it, and each exchange appears here."));
  command_->setText(QStringLiteral("curl -x http://%1 http://example.com/").arg(proxy));
  const int width = command_->fontMetrics().horizontalAdvance(command_->text()) + 24;
  command_->setMinimumWidth(std::min(width, 640));
  command_->setCursorPosition(0);
}

void EmptyPage::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), palette().base()); }

}  // namespace sluice::gui
