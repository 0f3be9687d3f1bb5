#include "app/gui/throttle/throttle_dock.h"

#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QScrollArea>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/visible_text.h"
#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"

namespace sluice::gui {
namespace {

using control::ProfileScope;
using throttle::Profile;

Micros micros(double milliseconds) { return Micros(std::llround(milliseconds * 1000)); }
double milliseconds(Micros time) { return double(time.count()) / 1000; }

QString titleOf(const ThrottleTarget& target) {
  const QString name = visibleLine(target.name);
  switch (target.scope) {
    case ProfileScope::Host: return ThrottleDock::tr("Host %1").arg(name);
    case ProfileScope::Listener: return ThrottleDock::tr("Listener %1").arg(name);
    case ProfileScope::Everything:
    case ProfileScope::Connection:
    case ProfileScope::Unknown: break;
  }
  return ThrottleDock::tr("Everything");
}

QLabel* heading(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setTextFormat(Qt::PlainText);
  QFont font = label->font();
  font.setBold(true);
  label->setFont(font);
  return label;
}

QToolButton* smallButton(Glyph glyph, const QString& hint, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setIcon(icon(glyph));
  button->setAutoRaise(true);
  button->setToolTip(hint);
  button->setStatusTip(hint);
  button->setAccessibleName(hint);
  return button;
}

}  // namespace

ThrottleDock::ThrottleDock(ThrottleState& state, QWidget* parent) : QDockWidget(tr("Throttle"), parent), state_(state) {
  setObjectName(QStringLiteral("throttle"));
  setFeatures(DockWidgetClosable | DockWidgetMovable);
  setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
  setTitleBarWidget(makeTitle());
  auto* scroll = new QScrollArea(this);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(content_ = makeContent());
  scroll->setMinimumWidth(content_->minimumSizeHint().width() + 14);
  setWidget(scroll);
  connect(&state_, &ThrottleState::changed, this, &ThrottleDock::refresh);
  connect(&state_, &ThrottleState::selfTestEnded, selfTest_, &SelfTestView::end);
  connect(selfTest_, &SelfTestView::requested, this, [this] {
    state_.startSelfTest(state_.of(target_));
    if (state_.isTesting()) selfTest_->begin();
  });
  refresh();
}

QWidget* ThrottleDock::makeTitle() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(12, 5, 6, 4);
  row->addWidget(heading(windowTitle(), bar), 1);
  QToolButton* closing = smallButton(Glyph::Close, tr("Hide the throttle dock"), bar);
  row->addWidget(closing);
  connect(closing, &QToolButton::clicked, this, &QWidget::hide);
  return bar;
}

QWidget* ThrottleDock::makeContent() {
  auto* content = new QWidget(this);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(12, 4, 12, 8);
  column->setSpacing(8);
  column->addWidget(makeScope());
  column->addWidget(makeProfile());
  column->addWidget(separatorLine(content));
  down_ = makeKnob(tr("&Download"), tr("Bytes towards the client, of all connections together"), rateScale(),
                   [](Profile& profile, double value) { profile.down.rate = {std::uint64_t(value)}; });
  up_ = makeKnob(tr("&Upload"), tr("Bytes from the client, of all connections together"), rateScale(),
                 [](Profile& profile, double value) { profile.up.rate = {std::uint64_t(value)}; });
  roundTrip_ = makeKnob(tr("&Latency"), tr("Added to every round trip, half of it each way"), delayScale(),
                        [](Profile& profile, double value) { profile.setRoundTrip(micros(value)); });
  jitter_ = makeKnob(tr("&Jitter"), tr("How much earlier or later each piece may come, each way"), delayScale(),
                     [](Profile& profile, double value) { profile.down.jitter = profile.up.jitter = micros(value); });
  loss_ = makeKnob(tr("L&oss"), tr("Share of packets lost: seen as stalls, and as the rate that TCP still reaches"), lossScale(),
                   [](Profile& profile, double value) { profile.down.lossPercent = profile.up.lossPercent = value; });
  for (Knob* knob : {down_, up_, roundTrip_, jitter_, loss_}) column->addWidget(knob);
  column->addWidget(separatorLine(content));
  column->addWidget(makeFurther());
  column->addWidget(separatorLine(content));
  column->addWidget(heading(tr("Self-test"), content));
  column->addWidget(selfTest_ = new SelfTestView(content));
  column->addStretch(1);
  return content;
}

QWidget* ThrottleDock::makeScope() {
  auto* box = new QWidget(this);
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  scope_ = new QComboBox(box);
  scope_->setAccessibleName(tr("What is slowed down"));
  scope_->setToolTip(tr("Everything, or single hosts and listeners that have a profile of their own"));
  scope_->setStatusTip(scope_->toolTip());
  scope_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  scope_->setMinimumContentsLength(18);
  release_ = smallButton(Glyph::Trash, tr("Take its own profile away: it is as everything again"), box);
  row->addWidget(scope_, 1);
  row->addWidget(release_);
  connect(scope_, &QComboBox::activated, this, &ThrottleDock::scopeActivated);
  connect(release_, &QToolButton::clicked, this, [this] {
    state_.release(target_);
    select({});
  });
  return box;
}

QWidget* ThrottleDock::makeProfile() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  row->addWidget(picker_ = new ProfilePicker(box), 1);
  profileMenu_ = new QToolButton(box);
  profileMenu_->setText(QStringLiteral("⋯"));
  profileMenu_->setAutoRaise(true);
  profileMenu_->setToolTip(tr("Save or delete a profile of your own"));
  profileMenu_->setStatusTip(profileMenu_->toolTip());
  profileMenu_->setAccessibleName(profileMenu_->toolTip());
  row->addWidget(profileMenu_);
  column->addLayout(row);
  column->addWidget(source_ = mutedLabel({}, box));
  source_->setWordWrap(true);
  connect(picker_, &ProfilePicker::picked, this, &ThrottleDock::use);
  connect(profileMenu_, &QToolButton::clicked, this, &ThrottleDock::showProfileMenu);
  return box;
}

QWidget* ThrottleDock::makeFurther() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  perConnection_ = makeKnob(tr("&Each connection"), tr("A limit for every connection alone, each way"), rateScale(),
                            [](Profile& profile, double value) { profile.perConnection = {std::uint64_t(value)}; });
  closes_ = makeKnob(tr("Broken &connections"), tr("How often a connection is closed at random"), closesScale(),
                     [](Profile& profile, double value) { profile.closesPerMinute = value; });
  column->addWidget(perConnection_);
  column->addWidget(closes_);
  mode_ = new QComboBox(box);
  mode_->setAccessibleName(tr("Servers that are faster than the link"));
  mode_->addItem(tr("Fast servers are held back"));
  mode_->addItem(tr("Fast servers fill a file"));
  mode_->setItemData(0, tr("The server is slowed down as well: it sees the slow link"), Qt::ToolTipRole);
  mode_->setItemData(1, tr("The server is read at full speed, and what is too much waits in a file"), Qt::ToolTipRole);
  column->addWidget(mode_);
  offline_ = new QCheckBox(tr("O&ffline: no server can be reached"), box);
  column->addWidget(offline_);
  connect(mode_, &QComboBox::activated, this, [this](int row) {
    change([row](Profile& profile) { profile.mode = row == 1 ? throttle::Mode::Buffered : throttle::Mode::Backpressure; });
  });
  connect(offline_, &QCheckBox::clicked, this, [this](bool on) { change([on](Profile& profile) { profile.offline = on; }); });
  return box;
}

Knob* ThrottleDock::makeKnob(const QString& name, const QString& hint, const Scale& scale, void (*set)(Profile&, double)) {
  auto* knob = new Knob(name, hint, scale, this);
  connect(knob, &Knob::changed, this, [this, set](double value) { change([set, value](Profile& profile) { set(profile, value); }); });
  return knob;
}

// --- what changes -----------------------------------------------------------------------------------------------

void ThrottleDock::change(const std::function<void(Profile&)>& how) {
  if (filling_) return;
  Profile profile = state_.of(target_);
  how(profile);
  if (profile == state_.of(target_)) return;
  profile.name.clear();  // these are nobody's numbers any more
  profile.source.clear();
  use(profile);
}

void ThrottleDock::use(const Profile& profile) { state_.use(target_, profile); }

void ThrottleDock::refresh() {
  content_->setEnabled(state_.isKnown());
  refreshScope();
  picker_->setOwn(state_.own());
  show(state_.of(target_));
}

void ThrottleDock::show(const Profile& profile) {
  filling_ = true;
  picker_->setCurrent(profile);
  const bool nameless = profile.name.empty() && !profile.isNeutral();
  source_->setText(!profile.source.empty() ? tr("Numbers of %1").arg(visibleLine(profile.source))
                   : nameless              ? tr("Not saved as a profile")
                                           : profileSummary(profile));
  down_->setValue(double(profile.down.rate.bytesPerSecond));
  up_->setValue(double(profile.up.rate.bytesPerSecond));
  roundTrip_->setValue(milliseconds(profile.roundTrip()));
  jitter_->setValue(milliseconds(std::max(profile.down.jitter, profile.up.jitter)));
  loss_->setValue(std::max(profile.down.lossPercent, profile.up.lossPercent));
  perConnection_->setValue(double(profile.perConnection.bytesPerSecond));
  closes_->setValue(profile.closesPerMinute);
  mode_->setCurrentIndex(profile.mode == throttle::Mode::Buffered ? 1 : 0);
  offline_->setChecked(profile.offline);
  filling_ = false;
}

void ThrottleDock::refreshScope() {
  QList<ThrottleTarget> targets{{}};
  for (const auto& rule : state_.rules()) targets << rule.target;
  if (!targets.contains(target_)) target_ = {};
  scope_->clear();
  for (const ThrottleTarget& each : targets) scope_->addItem(titleOf(each), QVariant::fromValue(each));
  scope_->insertSeparator(scope_->count());
  scope_->addItem(tr("Add a host…"));
  for (const QString& address : state_.listeners()) {
    const ThrottleTarget listener{ProfileScope::Listener, address.toStdString()};
    if (!targets.contains(listener)) scope_->addItem(tr("Add listener %1").arg(address), QVariant::fromValue(listener));
  }
  scope_->setCurrentIndex(int(targets.indexOf(target_)));
  release_->setVisible(target_.scope != ProfileScope::Everything);
}

void ThrottleDock::scopeActivated(int row) {
  const QVariant kept = scope_->itemData(row);
  if (!kept.isValid()) return askForHost();
  const auto target = kept.value<ThrottleTarget>();
  const auto& rules = state_.rules();
  const bool isNew = target.scope != ProfileScope::Everything &&
                     std::none_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.target == target; });
  if (isNew) state_.use(target, state_.of(target));
  select(target);
}

void ThrottleDock::select(const ThrottleTarget& target) {
  target_ = target;
  refresh();
}

// --- dialogs ----------------------------------------------------------------------------------------------------

void ThrottleDock::askForHost() {
  scope_->setCurrentIndex(scope_->findData(QVariant::fromValue(target_)));
  refreshScope();
  auto* dialog = new QInputDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("Slow a host down"));
  dialog->setLabelText(tr("Host, with * for any run of characters; with :PORT for that port alone.\nThe first that matches wins."));
  dialog->setTextValue(QStringLiteral("*.example.com"));
  connect(dialog, &QInputDialog::textValueSelected, this, &ThrottleDock::addHost);
  dialog->open();
}

void ThrottleDock::addHost(const QString& pattern) {
  if (pattern.trimmed().isEmpty()) return;
  const ThrottleTarget target{ProfileScope::Host, pattern.trimmed().toStdString()};
  state_.use(target, state_.of(target));
  select(target);
}

bool ThrottleDock::isOwn(const std::string& name) const {
  return std::any_of(state_.own().begin(), state_.own().end(), [&](const Profile& each) { return each.name == name; });
}

void ThrottleDock::showProfileMenu() {
  QMenu menu(this);
  const Profile profile = state_.of(target_);
  const bool own = isOwn(profile.name);
  QAction* saving = menu.addAction(tr("&Save as…"), this, [this] { askForName(Naming::Save); });
  saving->setStatusTip(tr("Keep these values as a profile of your own"));
  QAction* renaming = menu.addAction(tr("&Rename…"), this, [this] { askForName(Naming::Rename); });
  QAction* removal = menu.addAction(own ? tr("&Delete \"%1\"").arg(visibleLine(profile.name)) : tr("&Delete"), this,
                                    &ThrottleDock::removeOwn);
  const QString foreign = tr("Only profiles of your own can be renamed and deleted");
  renaming->setEnabled(own);
  renaming->setStatusTip(own ? tr("Give this profile of your own another name") : foreign);
  removal->setEnabled(own);
  removal->setStatusTip(own ? tr("Delete this profile of your own; what it slows down goes on as it is") : foreign);
  menu.addSeparator();
  const QString kind = tr("Network profiles (*.json)");
  menu.addAction(tr("&Export…"), this, [this, kind] {
    exportTo(QFileDialog::getSaveFileName(this, tr("Export profile"), QStringLiteral("profile.json"), kind));
  });
  menu.addAction(tr("&Import…"), this, [this, kind] { importFrom(QFileDialog::getOpenFileName(this, tr("Import profile"), {}, kind)); });
  menu.exec(profileMenu_->mapToGlobal(QPoint(0, profileMenu_->height())));
}

void ThrottleDock::askForName(Naming naming) {
  auto* dialog = new QInputDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(naming == Naming::Save ? tr("Save profile") : tr("Rename profile"));
  dialog->setLabelText(tr("Name of the profile. One of your own with that name is replaced."));
  const std::string name = state_.of(target_).name;
  if (throttle::findPreset(name) == nullptr) dialog->setTextValue(QString::fromStdString(name));
  connect(dialog, &QInputDialog::textValueSelected, this, naming == Naming::Save ? &ThrottleDock::saveAs : &ThrottleDock::rename);
  dialog->open();
}

void ThrottleDock::rename(const QString& name) {
  const std::string before = state_.of(target_).name;
  const std::string after = name.trimmed().toStdString();
  if (!isOwn(before) || before == after) return;
  save(name, [this, before, after] {
    if (!throttle::sameName(before, after)) state_.remove(before);
  });
}

void ThrottleDock::exportTo(const QString& path) {
  if (path.isEmpty()) return;
  QFile file(path);
  const QByteArray json = QByteArray::fromStdString(throttle::toJson(state_.of(target_)) + "\n");
  const bool written = file.open(QIODevice::WriteOnly) && file.write(json) == json.size() && file.flush();
  emit said(written ? tr("Written to %1").arg(path) : tr("%1 could not be written: %2").arg(path, file.errorString()));
}

void ThrottleDock::importFrom(const QString& path) {
  if (path.isEmpty()) return;
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return emit said(tr("%1 could not be read: %2").arg(path, file.errorString()));
  const auto profile = throttle::profileFromJson(file.read(64 * 1024).toStdString());
  if (!profile) return emit said(tr("%1 holds no network profile: %2").arg(path, visibleLine(profile.error().detail)));
  use(*profile);
  if (!profile->name.empty() && throttle::findPreset(profile->name) == nullptr) state_.save(*profile);
}

void ThrottleDock::saveAs(const QString& name) { save(name, [] {}); }

// The engine may refuse the name, or one profile more; it says why. Until it has the profile, nothing of the old one goes.
void ThrottleDock::save(const QString& name, const std::function<void()>& saved) {
  const Profile before = state_.of(target_);
  Profile profile = before;
  profile.name = name.trimmed().toStdString();
  profile.source.clear();
  state_.save(profile, [this, target = target_, before, profile, saved] {
    if (state_.of(target) == before) state_.use(target, profile);
    saved();
  });
}

void ThrottleDock::removeOwn() {
  Profile profile = state_.of(target_);
  state_.remove(profile.name);
  profile.name.clear();
  use(profile);
}

}  // namespace sluice::gui
