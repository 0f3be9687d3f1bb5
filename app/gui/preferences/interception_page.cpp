#include "app/gui/preferences/interception_page.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "app/gui/look/rows.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {

InterceptionPage::InterceptionPage(EngineKeeper& keeper, QAction& intercept, QWidget* parent) : QWidget(parent), keeper_(keeper) {
  decrypts_ = new QCheckBox(tr("&Decrypt the https of programs that trust the certificate of Sluice"), this);
  auto* name = new QLabel(tr("&Hosts that always pass through undecrypted:"), this);
  hosts_ = new QListWidget(this);
  hosts_->setAccessibleName(tr("Hosts that pass through"));
  hosts_->setItemDelegate(new RowDelegate(this));
  hosts_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  name->setBuddy(hosts_);
  host_ = new QLineEdit(this);
  host_->setAccessibleName(tr("Host to pass through"));
  host_->setPlaceholderText(tr("example.com, *.example.com or host:8443"));
  add_ = new QPushButton(tr("&Add"), this);
  add_->setToolTip(tr("Pass this host through, from its next connection on"));
  remove_ = new QPushButton(tr("&Remove"), this);
  remove_->setToolTip(tr("Decrypt the chosen hosts again, from their next connection on"));
  for (QPushButton* button : {add_, remove_}) button->setAutoDefault(false);
  problem_ = problemLabel(this);
  auto* row = new QHBoxLayout;
  row->addWidget(host_, 1);
  row->addWidget(add_);
  row->addWidget(remove_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(decrypts_);
  layout->addSpacing(10);
  layout->addWidget(name);
  layout->addWidget(hosts_, 1);
  layout->addLayout(row);
  layout->addWidget(problem_);
  layout->addWidget(mutedLabel(tr("Each change holds from the next connection on, and after a restart."), this));

  connect(decrypts_, &QCheckBox::clicked, &intercept, &QAction::trigger);
  connect(&intercept, &QAction::toggled, decrypts_, &QCheckBox::setChecked);
  decrypts_->setChecked(intercept.isChecked());
  connect(add_, &QPushButton::clicked, this, &InterceptionPage::addHost);
  connect(host_, &QLineEdit::returnPressed, this, &InterceptionPage::addHost);
  connect(host_, &QLineEdit::textChanged, this, &InterceptionPage::showState);
  connect(remove_, &QPushButton::clicked, this, &InterceptionPage::removeHosts);
  connect(hosts_, &QListWidget::itemSelectionChanged, this, &InterceptionPage::showState);
  connect(&keeper.link(), &EngineLink::passThroughReceived, this, &InterceptionPage::show);
  connect(&keeper.link(), &EngineLink::refused, this, [this](const QString& why) { problem_->setText(why); });
  connect(&keeper, &EngineKeeper::stateChanged, this, [this] {
    if (keeper_.link().isAttached()) keeper_.link().requestPassThrough();
    showState();
  });
  if (keeper.link().isAttached()) keeper.link().requestPassThrough();
  showState();
}

void InterceptionPage::addHost() {
  const QString host = host_->text().trimmed();
  if (host.isEmpty() || !keeper_.link().isAttached()) return;
  problem_->clear();
  keeper_.link().setPassThrough(host.toStdString(), true);
}

void InterceptionPage::removeHosts() {
  if (!keeper_.link().isAttached()) return;
  problem_->clear();
  for (const QListWidgetItem* item : hosts_->selectedItems()) {
    keeper_.link().setPassThrough(item->data(Qt::UserRole).toString().toStdString(), false);
  }
}

// What was typed is done with once the engine has it.
void InterceptionPage::show(const control::PassThroughReply& list) {
  const int row = hosts_->currentRow();
  hosts_->clear();
  for (const std::string& host : list.hosts) {
    auto* item = new QListWidgetItem(visibleLine(host), hosts_);
    item->setData(Qt::UserRole, QString::fromStdString(host));
    if (host == host_->text().trimmed().toStdString()) host_->clear();
  }
  hosts_->setCurrentRow(std::min(row, hosts_->count() - 1), QItemSelectionModel::NoUpdate);
  showState();
}

void InterceptionPage::showState() {
  const bool running = keeper_.state() == EngineState::Running;
  for (QWidget* widget : {static_cast<QWidget*>(decrypts_), static_cast<QWidget*>(hosts_), static_cast<QWidget*>(host_)}) {
    widget->setEnabled(running);
  }
  add_->setEnabled(running && !host_->text().trimmed().isEmpty());
  remove_->setEnabled(running && !hosts_->selectedItems().isEmpty());
  const QString stopped = tr("No engine is running");
  if (!running) problem_->setText(stopped);
  else if (problem_->text() == stopped) problem_->clear();
}

}  // namespace sluice::gui
