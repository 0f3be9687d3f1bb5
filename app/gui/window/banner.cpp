#include "app/gui/window/banner.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "app/gui/look/colors.h"
#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"

namespace sluice::gui {
namespace {

constexpr int kSignSide = 18;

Glyph signOf(EngineNotice::Level level) {
  switch (level) {
    case EngineNotice::Level::Info: return Glyph::Info;
    case EngineNotice::Level::Warning: return Glyph::Warning;
    case EngineNotice::Level::Bad: return Glyph::Error;
  }
  return Glyph::Info;
}

QColor fillOf(EngineNotice::Level level, const Colors& colors) {
  switch (level) {
    case EngineNotice::Level::Info: return colors.bannerInfo;
    case EngineNotice::Level::Warning: return colors.bannerWarning;
    case EngineNotice::Level::Bad: return colors.bannerBad;
  }
  return colors.bannerInfo;
}

struct Offer {
  QString text;
  QString tip;
};

Offer offerOf(EngineNotice::Offer offer) {
  switch (offer) {
    case EngineNotice::Offer::Nothing: return {};
    case EngineNotice::Offer::Start: return {Banner::tr("Start engine"), Banner::tr("Start the engine")};
    case EngineNotice::Offer::StartOnFreePort:
      return {Banner::tr("Use a free port"), Banner::tr("Start the engine on a port that nobody uses, this once")};
    case EngineNotice::Offer::ShowPreferences:
      return {Banner::tr("Preferences"), Banner::tr("Choose how much of each body is kept")};
    case EngineNotice::Offer::ShowFolder: return {Banner::tr("Show folder"), Banner::tr("Open the folder in which the history lies")};
  }
  return {};
}

QLabel* messageLabel(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

Banner::Banner(QWidget* parent) : QFrame(parent) {
  setAccessibleName(tr("Notice"));
  sign_ = new QLabel(this);
  sign_->setFixedSize(kSignSide, kSignSide);
  text_ = messageLabel(this);
  detail_ = messageLabel(this);
  offer_ = new QPushButton(this);
  secondOffer_ = new QPushButton(tr("Try again"), this);
  secondOffer_->setToolTip(tr("Start the engine once more as it was"));
  close_ = new QToolButton(this);
  close_->setIcon(icon(Glyph::Close));
  close_->setAutoRaise(true);
  close_->setToolTip(tr("Hide this notice (Esc)"));
  close_->setAccessibleName(tr("Hide this notice"));

  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  words->addWidget(text_);
  words->addWidget(detail_);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 7, 8, 7);
  layout->setSpacing(10);
  layout->addWidget(sign_, 0, Qt::AlignTop);
  layout->addLayout(words, 1);
  layout->addWidget(secondOffer_);
  layout->addWidget(offer_);
  layout->addWidget(close_);

  connect(offer_, &QPushButton::clicked, this, [this] { emit offerTaken(notice_.offer); });
  connect(secondOffer_, &QPushButton::clicked, this, [this] { emit offerTaken(EngineNotice::Offer::Start); });
  connect(close_, &QToolButton::clicked, this, &Banner::dismissed);
  hide();
}

void Banner::setNotice(const EngineNotice& notice) {
  notice_ = notice;
  text_->setText(notice.text);
  detail_->setText(notice.detail);
  detail_->setVisible(!notice.detail.isEmpty());
  drawSign();
  const Offer offer = offerOf(notice.offer);
  offer_->setText(offer.text);
  offer_->setAccessibleName(offer.text.isEmpty() ? tr("What can be done about it") : offer.text);
  offer_->setToolTip(offer.tip);
  offer_->setVisible(notice.offer != EngineNotice::Offer::Nothing);
  secondOffer_->setVisible(notice.offer == EngineNotice::Offer::StartOnFreePort);
  setAccessibleDescription(notice.text + u' ' + notice.detail);
  setVisible(!notice.text.isEmpty());
  update();
}

// In the colours of the palette, which may change while the notice stands.
void Banner::drawSign() { sign_->setPixmap(icon(signOf(notice_.level)).pixmap(QSize(kSignSide, kSignSide), devicePixelRatioF())); }

void Banner::changeEvent(QEvent* event) {
  QFrame::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) drawSign();
}

void Banner::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Colors& colors = colorsOf(palette());
  painter.fillRect(rect(), fillOf(notice_.level, colors));
  painter.fillRect(QRect(0, height() - 1, width(), 1), colors.border);
}

void Banner::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) return emit dismissed();
  QFrame::keyPressEvent(event);
}

}  // namespace sluice::gui
