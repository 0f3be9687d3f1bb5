#include "app/gui/trust/authority_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFile>
#include <QFileDialog>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/look/colors.h"
#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/format.h"
#include "app/gui/text/visible_text.h"
#include "core/codec/tls/certificate.h"

namespace sluice::gui {
namespace {

using platform::TrustPlace;

constexpr int kWidth = 660;

// A tool waits for a person, and the common pool has few threads: it may have another one meanwhile.
template <class Call>
auto withoutThePool(Call call) {
  QThreadPool::globalInstance()->releaseThread();
  auto outcome = call();
  QThreadPool::globalInstance()->reserveThread();
  return outcome;
}

QString titleOf(const TrustPlace& place) {
  switch (place.kind) {
    case TrustPlace::Kind::System: return AuthorityDialog::tr("This system, for every user");
    case TrustPlace::Kind::User: return AuthorityDialog::tr("This user's programs");
    case TrustPlace::Kind::Browser: return visibleLine(place.title);
  }
  return {};
}

// Beneath the title: where that is, or what stands in the way.
QString noteOf(const TrustPlace& place) {
  if (!place.detail.empty()) return visibleLine(place.detail);
  switch (place.kind) {
    case TrustPlace::Kind::System: return AuthorityDialog::tr("curl, git, Python and most other programs; asks for an administrator");
    case TrustPlace::Kind::User: return AuthorityDialog::tr("Browsers and most other programs; the system asks for your consent");
    case TrustPlace::Kind::Browser: return visibleLine(place.id);
  }
  return {};
}

QString stateOf(TrustPlace::State state) {
  switch (state) {
    case TrustPlace::State::Trusted: return AuthorityDialog::tr("Trusted");
    case TrustPlace::State::Absent: return AuthorityDialog::tr("Not trusted");
    case TrustPlace::State::Unknown: return AuthorityDialog::tr("Unknown");
  }
  return {};
}

QColor colorOf(TrustPlace::State state, const Colors& colors) {
  switch (state) {
    case TrustPlace::State::Trusted: return colors.good;
    case TrustPlace::State::Absent: return colors.muted;
    case TrustPlace::State::Unknown: return colors.warning;
  }
  return colors.muted;
}

}  // namespace

AuthorityDialog::AuthorityDialog(std::filesystem::path dataDir, QWidget* parent) : QDialog(parent), dataDir_(std::move(dataDir)) {
  setWindowTitle(tr("Certificate authority"));
  const auto facts = readAuthority(dataDir_);
  if (facts) facts_ = *facts;
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(20, 18, 20, 16);
  layout->setSpacing(14);
  layout->addWidget(makeHead());
  layout->addWidget(separatorLine(this));
  list_ = new QWidget(this);
  grid_ = new QGridLayout(list_);
  layout->addWidget(list_);
  layout->addWidget(separatorLine(this));
  layout->addWidget(makeByHand());
  message_ = new QLabel(this);
  message_->setTextFormat(Qt::PlainText);
  message_->setWordWrap(true);
  layout->addWidget(message_);
  layout->addStretch(1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  nameCloseButton(*buttons->button(QDialogButtonBox::Close));
  again_ = buttons->addButton(tr("&Look again"), QDialogButtonBox::ActionRole);
  again_->setToolTip(tr("Read again what is trusted where"));
  again_->setAutoDefault(false);
  connect(again_, &QPushButton::clicked, this, &AuthorityDialog::lookAgain);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
  setMinimumWidth(kWidth);
  if (facts) lookAgain();
  else say(errorText(facts.error()), true);
  again_->setEnabled(facts.has_value());
}

QWidget* AuthorityDialog::makeHead() {
  auto* head = new QWidget(this);
  auto* picture = new QLabel(head);
  picture->setPixmap(icon(Glyph::Lock).pixmap(QSize(32, 32), devicePixelRatioF()));
  auto* name = new QLabel(facts_ ? visibleLine(facts_->authority.name) : tr("No certificate yet"), head);
  name->setTextFormat(Qt::PlainText);
  QFont font = name->font();
  font.setPointSizeF(font.pointSizeF() * 1.25);
  font.setWeight(QFont::DemiBold);
  name->setFont(font);
  auto* explanation = mutedLabel(tr("Programs that trust this certificate can be decrypted. It was made on this machine, for this\n"
                                    "installation alone; its key never leaves your data directory."),
                                 head);
  auto* grid = new QGridLayout(head);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(14);
  grid->setColumnStretch(1, 1);
  grid->addWidget(picture, 0, 0, 2, 1, Qt::AlignTop);
  grid->addWidget(name, 0, 1);
  grid->addWidget(explanation, 1, 1, 1, 2);
  if (!facts_) return head;
  auto* saveButton = new QPushButton(icon(Glyph::Save), tr("&Save certificate"), head);
  saveButton->setToolTip(tr("To a file: .crt, .cer and .der for Windows, Android and Java, else PEM"));
  saveButton->setAutoDefault(false);
  connect(saveButton, &QPushButton::clicked, this, &AuthorityDialog::save);
  grid->addWidget(saveButton, 0, 2);
  auto* print = new QLabel(facts_->fingerprint.left(47) + u'\n' + facts_->fingerprint.mid(48), head);
  print->setTextFormat(Qt::PlainText);
  print->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  print->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  print->setAccessibleName(tr("SHA-256 fingerprint"));
  print->setToolTip(tr("SHA-256 fingerprint, as other programs show it; valid until %1").arg(formatDateTime(facts_->validUntil)));
  grid->addWidget(print, 2, 1, 1, 2);
  return head;
}

QWidget* AuthorityDialog::makeByHand() {
  auto* page = new QWidget(this);
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 0, 0, 0);
  auto* row = new QHBoxLayout;
  commands_ = new QLineEdit(page);
  commands_->setReadOnly(true);
  commands_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  commands_->setAccessibleName(tr("Commands that do it by hand"));
  QStringList lines;
  if (facts_) {
    for (const auto& line : platform::trustCommands(facts_->authority)) lines << QString::fromStdString(line);
  }
  commands_->setText(lines.join(QStringLiteral(" && ")));
  commands_->setCursorPosition(0);
  auto* copy = new QPushButton(icon(Glyph::Copy), tr("&Copy"), page);
  copy->setAccessibleName(tr("Copy the commands"));
  copy->setToolTip(tr("Copy the commands to the clipboard"));
  copy->setAutoDefault(false);
  connect(copy, &QPushButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(commands_->text());
    say(tr("Commands copied"), false);
  });
  row->addWidget(commands_, 1);
  row->addWidget(copy);
  auto* byHand = new QLabel(tr("For the system by hand, in a terminal:"), page);
  byHand->setTextFormat(Qt::PlainText);
  byHand->setBuddy(commands_);
  layout->addWidget(byHand);
  layout->addLayout(row);
  for (QWidget* widget : {static_cast<QWidget*>(byHand), static_cast<QWidget*>(commands_), static_cast<QWidget*>(copy)}) {
    widget->setVisible(!lines.isEmpty());
  }
  layout->addWidget(mutedLabel(tr("Phones and other devices: open http://sluice.proxy/ there, through the proxy. It hands out\n"
                                  "the certificate and says what each system wants to be told."),
                               page));
  return page;
}

// --- the places -------------------------------------------------------------------------------------------------

void AuthorityDialog::lookAgain() {
  if (!facts_ || busy_) return;
  setBusy(true);
  tools_.start([this, authority = facts_->authority] {
    const auto places = withoutThePool([&] { return platform::trustPlaces(authority); });
    return Background::Piece{[this, places] { showPlaces(places); }};
  });
}

void AuthorityDialog::showPlaces(std::vector<TrustPlace> places) {
  const auto focused = std::find(buttons_.begin(), buttons_.end(), focusWidget());
  const auto focusedRow = std::size_t(focused - buttons_.begin());
  const bool hadFocus = focused != buttons_.end();
  places_ = std::move(places);
  buttons_.clear();
  qDeleteAll(list_->findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
  delete grid_;
  grid_ = new QGridLayout(list_);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setHorizontalSpacing(16);
  grid_->setVerticalSpacing(2);
  grid_->setColumnStretch(0, 1);
  int row = 0;
  for (const TrustPlace& place : places_) {
    addPlace(row, place);
    row += 2;
  }
  setBusy(false);
  if (hadFocus && focusedRow < buttons_.size()) buttons_[focusedRow]->setFocus(Qt::OtherFocusReason);
  adjustSize();
}

void AuthorityDialog::addPlace(int row, const TrustPlace& place) {
  auto* title = new QLabel(titleOf(place), list_);
  title->setTextFormat(Qt::PlainText);
  auto* note = elidedLabel(list_);
  note->setText(noteOf(place));
  auto* state = new QLabel(stateOf(place.state), list_);
  state->setTextFormat(Qt::PlainText);
  setTextColor(*state, colorOf(place.state, colorsOf(palette())));
  const bool trusted = place.state == TrustPlace::State::Trusted;
  auto* button = new QPushButton(trusted ? tr("Remove") : tr("Trust"), list_);
  button->setAutoDefault(false);
  button->setAccessibleName(trusted ? tr("Remove from: %1").arg(titleOf(place)) : tr("Trust in: %1").arg(titleOf(place)));
  button->setToolTip(trusted ? tr("Take the certificate out of there again") : tr("Put the certificate there"));
  button->setMinimumWidth(96);
  connect(button, &QPushButton::clicked, this, [this, place] { change(place); });
  if (row > 0) grid_->setRowMinimumHeight(row, title->sizeHint().height() + 14);
  grid_->addWidget(title, row, 0, Qt::AlignBottom);
  grid_->addWidget(note, row + 1, 0);
  grid_->addWidget(state, row, 1, 2, 1, Qt::AlignVCenter | Qt::AlignRight);
  grid_->addWidget(button, row, 2, 2, 1, Qt::AlignVCenter);
  buttons_.push_back(button);
}

void AuthorityDialog::change(const TrustPlace& place) {
  if (busy_) return;
  setBusy(true);
  say(tr("The system may ask for your consent"), false);
  const bool trusted = place.state == TrustPlace::State::Trusted;
  tools_.start([this, place, trusted, authority = facts_->authority] {
    const auto outcome = withoutThePool(
        [&] { return trusted ? platform::distrustAt(place.id, authority) : platform::trustAt(place.id, authority); });
    return Background::Piece{[this, place, outcome] { changed(place, outcome); }};
  });
}

void AuthorityDialog::changed(const TrustPlace& place, const Result<void>& outcome) {
  busy_ = false;
  const QString where = titleOf(place);
  if (!outcome) say(tr("%1: %2").arg(where, errorText(outcome.error())), true);
  else if (place.state == TrustPlace::State::Trusted) say(tr("%1: the certificate is not trusted there any more").arg(where), false);
  else say(tr("%1: trusted. Programs that run take notice when they are started again").arg(where), false);
  lookAgain();
}

void AuthorityDialog::setBusy(bool busy) {
  busy_ = busy;
  for (std::size_t i = 0; i < buttons_.size(); ++i) buttons_[i]->setEnabled(!busy && places_[i].canChange);
  again_->setEnabled(!busy);
}

void AuthorityDialog::say(const QString& text, bool isProblem) {
  message_->setText(text);
  setTextColor(*message_, isProblem ? colorsOf(palette()).bad : colorsOf(palette()).muted);
}

// --- as a file --------------------------------------------------------------------------------------------------

void AuthorityDialog::save() {
  const QString file = QFileDialog::getSaveFileName(this, tr("Save the certificate"), QStringLiteral("sluice-ca.crt"),
                                                    tr("Certificates (*.crt *.cer *.der *.pem)"));
  if (!file.isEmpty()) saveTo(file);
}

void AuthorityDialog::saveTo(const QString& file) {
  const std::string& pem = facts_->authority.pem;
  const auto der = tls::derOfPem(pem);
  const bool isDer = file.endsWith(u".crt") || file.endsWith(u".cer") || file.endsWith(u".der");
  const QByteArray bytes = QByteArray::fromStdString(isDer && der ? *der : pem);
  QFile out(file);
  if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size() || !out.flush()) {
    return say(tr("%1: %2").arg(file, out.errorString()), true);
  }
  say(tr("Saved to %1").arg(file), false);
}

}  // namespace sluice::gui
