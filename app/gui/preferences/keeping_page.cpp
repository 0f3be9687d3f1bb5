#include "app/gui/preferences/keeping_page.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/preferences/preferences.h"

namespace sluice::gui {
namespace {

constexpr double kMbAGb = 1000;
constexpr int kBodyMbMax = 10'000;  // a film; all of it lies on the disk

// Tells a change when it is finished, not with each digit.
template <class Box>
Box* makeBox(const QString& name, const QString& suffix, QWidget* parent) {
  auto* box = new Box(parent);
  box->setAccessibleName(QString(name).remove(u'&'));
  box->setSuffix(suffix);
  box->setKeyboardTracking(false);
  box->setGroupSeparatorShown(true);
  box->setMinimumWidth(180);
  return box;
}

}  // namespace

KeepingPage::KeepingPage(QSettings& settings, EngineKeeper& keeper, QWidget* parent)
    : QWidget(parent), settings_(settings), keeper_(keeper) {
  const QString body = tr("Of &each body"), size = tr("&History in all"), count = tr("E&xchanges"), age = tr("&Age");
  bodies_ = new QCheckBox(tr("Record &bodies too; else heads alone"), this);
  bodyMb_ = makeBox<QSpinBox>(body, tr(" MB"), this);
  bodyMb_->setRange(1, kBodyMbMax);
  bodyMb_->setToolTip(
      tr("The rest of a longer one passes unrecorded. The window shows the first 256 MB, a saved session has the first 64 MB"));
  historyGb_ = makeBox<QDoubleSpinBox>(size, tr(" GB"), this);
  historyGb_->setRange(0, 10'000);
  exchanges_ = makeBox<QSpinBox>(count, {}, this);
  exchanges_->setRange(0, 1'000'000'000);
  exchanges_->setSingleStep(10'000);
  days_ = makeBox<QSpinBox>(age, tr(" days"), this);
  days_->setRange(0, 36'500);
  const QString unlimited = tr("Without limit");
  historyGb_->setSpecialValueText(unlimited);
  for (QSpinBox* box : {exchanges_, days_}) box->setSpecialValueText(unlimited);
  bodyMb_->setValue(settings.value(QLatin1String(kBodyMbKey), kUsualBodyMb).toInt());
  bodies_->setChecked(!settings.value(QLatin1String(kHeadsAloneKey)).toBool());
  historyGb_->setValue(settings.value(QLatin1String(kHistoryMbKey)).toInt() / kMbAGb);
  exchanges_->setValue(settings.value(QLatin1String(kExchangesKey)).toInt());
  days_->setValue(settings.value(QLatin1String(kDaysKey)).toInt());
  state_ = mutedLabel({}, this);
  state_->setWordWrap(true);
  restart_ = new QPushButton(icon(Glyph::Restart), tr("Restart the engine &now"), this);
  restart_->setToolTip(tr("Open connections end; the history stays"));
  restart_->setAutoDefault(false);

  auto* form = new QFormLayout;
  form->setHorizontalSpacing(18);
  form->setVerticalSpacing(10);
  form->addRow(body, bodyMb_);
  form->addRow(size, historyGb_);
  form->addRow(count, exchanges_);
  form->addRow(age, days_);
  auto* row = new QHBoxLayout;
  row->addWidget(state_, 1);
  row->addWidget(restart_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(10);
  layout->addWidget(bodies_);
  layout->addSpacing(6);
  layout->addLayout(form);
  layout->addWidget(mutedLabel(tr("When one of the last three is passed, the oldest exchanges are given up."), this));
  layout->addSpacing(6);
  layout->addLayout(row);
  layout->addStretch(1);
  connect(bodies_, &QCheckBox::toggled, this, &KeepingPage::changed);
  connect(historyGb_, &QDoubleSpinBox::valueChanged, this, &KeepingPage::changed);
  for (QSpinBox* box : {bodyMb_, exchanges_, days_}) connect(box, &QSpinBox::valueChanged, this, &KeepingPage::changed);
  connect(restart_, &QPushButton::clicked, &keeper, &EngineKeeper::restart);
  connect(&keeper, &EngineKeeper::stateChanged, this, &KeepingPage::showState);
  showState();
}

void KeepingPage::changed() {
  settings_.setValue(QLatin1String(kHeadsAloneKey), !bodies_->isChecked());
  if (bodyMb_->value() == kUsualBodyMb) settings_.remove(QLatin1String(kBodyMbKey));
  else settings_.setValue(QLatin1String(kBodyMbKey), bodyMb_->value());
  settings_.setValue(QLatin1String(kHistoryMbKey), int(std::lround(historyGb_->value() * kMbAGb)));
  settings_.setValue(QLatin1String(kExchangesKey), exchanges_->value());
  settings_.setValue(QLatin1String(kDaysKey), days_->value());
  keeper_.setKeeping(keepingOptions(settings_));
  showState();
}

void KeepingPage::showState() {
  bodyMb_->setEnabled(bodies_->isChecked());
  const bool running = keeper_.state() == EngineState::Running;
  const bool waits = running && !keeper_.isKeepingInForce();
  restart_->setVisible(waits);
  if (waits) state_->setText(tr("This holds once the engine is started again."));
  else if (running && !keeper_.isOwn()) state_->setText(tr("The engine was started elsewhere: this is for one that this window starts."));
  else state_->clear();
}

}  // namespace sluice::gui
