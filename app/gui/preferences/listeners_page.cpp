#include "app/gui/preferences/listeners_page.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/preferences/preferences.h"

namespace sluice::gui {

ListenersPage::ListenersPage(QSettings& settings, EngineKeeper& keeper, QWidget* parent)
    : QWidget(parent), settings_(settings), keeper_(keeper) {
  auto* name = new QLabel(tr("Where the engine &listens, one a line:"), this);
  text_ = new QPlainTextEdit(this);
  text_->setAccessibleName(tr("Listeners"));
  text_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  text_->setPlaceholderText(QStringLiteral("regular@127.0.0.1:8080"));
  text_->setPlainText(settings.value(QLatin1String(kListenKey)).toStringList().join(u'\n'));
  text_->setTabChangesFocus(true);
  text_->setFixedHeight(text_->fontMetrics().lineSpacing() * 7);
  name->setBuddy(text_);
  problem_ = problemLabel(this);
  state_ = mutedLabel({}, this);
  state_->setWordWrap(true);
  restart_ = new QPushButton(icon(Glyph::Restart), tr("Restart the engine &now"), this);
  restart_->setToolTip(tr("Open connections end; the history stays"));
  restart_->setAutoDefault(false);
  auto* row = new QHBoxLayout;
  row->addWidget(state_, 1);
  row->addWidget(restart_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(name);
  layout->addWidget(text_);
  layout->addWidget(problem_);
  layout->addWidget(mutedLabel(tr("regular@ADDRESS:PORT, socks5@ADDRESS:PORT, or reverse:http://HOST:PORT@ADDRESS:PORT\n"
                                  "Empty: regular@127.0.0.1:8080. Port 0 is any free one. An address that is not of\n"
                                  "this machine alone, such as 0.0.0.0, lets others in."),
                               this));
  layout->addSpacing(10);
  layout->addLayout(row);
  layout->addStretch(1);
  connect(text_, &QPlainTextEdit::textChanged, this, &ListenersPage::edited);
  connect(restart_, &QPushButton::clicked, &keeper, &EngineKeeper::restart);
  connect(&keeper, &EngineKeeper::stateChanged, this, &ListenersPage::showState);
  showState();
}

QStringList ListenersPage::lines() const {
  QStringList lines;
  for (const QString& line : text_->toPlainText().split(u'\n')) {
    if (!line.trimmed().isEmpty()) lines << line.trimmed();
  }
  return lines;
}

// What is wrong is not kept: the settings have the last that was right.
void ListenersPage::edited() {
  const QStringList listen = lines();
  QString problem;
  for (const QString& spec : listen) {
    if (problem.isEmpty()) problem = listenProblem(spec);
  }
  problem_->setText(problem);
  if (!problem.isEmpty()) return showState();
  settings_.setValue(QLatin1String(kListenKey), listen);
  keeper_.setListen(listen);
  showState();
}

void ListenersPage::showState() {
  const bool running = keeper_.state() == EngineState::Running;
  const bool waits = running && !keeper_.isListenInForce();
  restart_->setVisible(waits && problem_->text().isEmpty());
  if (!running) return state_->setText(tr("The engine listens there when it is started."));
  const QString now = tr("Now it listens on %1.").arg(keeper_.listeners().join(QStringLiteral(", ")));
  if (!keeper_.isOwn()) {
    state_->setText(now + u' ' + tr("That engine was started elsewhere: the list is for one that this window starts."));
  } else {
    state_->setText(waits ? now + u' ' + tr("The list holds once it is started again.") : now);
  }
}

}  // namespace sluice::gui
