#include "app/gui/throttle/self_test_view.h"

#include <QLocale>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/look/colors.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/format.h"
#include "app/gui/throttle/profile_picker.h"
#include "app/gui/throttle/scale.h"
#include "core/throttle/profile_json.h"

namespace sluice::gui {
namespace {

constexpr double kGoodShare = 0.01;      // what is asked of a rate
constexpr double kGoodDelayMs = 2;       // and of a round trip

QLabel* cell(QWidget* parent, Qt::Alignment alignment) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setAlignment(alignment | Qt::AlignVCenter);
  return label;
}

QString rate(std::uint64_t bytesPerSecond, const QString& none) { return bytesPerSecond == 0 ? none : formatRate(bytesPerSecond); }

QString milliseconds(Micros time) { return SelfTestView::tr("%1 ms").arg(QLocale().toString(double(time.count()) / 1000, 'f', 1)); }

}  // namespace

SelfTestView::SelfTestView(QWidget* parent)
    : QWidget(parent), button_(new QPushButton(tr("&Measure it"), this)), note_(mutedLabel({}, this)), table_(new QWidget(this)) {
  button_->setToolTip(tr("Send bytes through the proxy to this machine and back for some seconds, and compare"));
  button_->setStatusTip(button_->toolTip());
  note_->setWordWrap(true);
  auto* grid = new QGridLayout(table_);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(10);
  grid->setVerticalSpacing(3);
  const QString heads[] = {QString(), tr("asked"), tr("measured"), QString()};
  for (int column = 1; column < 3; ++column) {
    QLabel* head = mutedLabel(heads[column], table_);
    head->setAlignment(Qt::AlignRight);
    grid->addWidget(head, 0, column);
  }
  const QString names[] = {tr("Download"), tr("Upload"), tr("Round trip"), tr("Jitter")};
  for (int row = 0; row < kRows; ++row) {
    grid->addWidget(mutedLabel(names[row], table_), row + 1, 0);
    for (int column = 0; column < 3; ++column) {
      grid->addWidget(cells_[row][column] = cell(table_, Qt::AlignRight), row + 1, column + 1);
    }
  }
  grid->setColumnStretch(0, 1);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(6);
  layout->addWidget(button_);
  layout->addWidget(table_);
  layout->addWidget(note_);
  table_->hide();
  note_->hide();
  connect(button_, &QPushButton::clicked, this, &SelfTestView::requested);
}

void SelfTestView::begin() {
  button_->setEnabled(false);
  note_->setText(tr("Measuring: some seconds for each direction…"));
  note_->show();
}

void SelfTestView::setRow(Row row, const QString& asked, const QString& achieved, const QString& verdict, bool good) {
  cells_[row][0]->setText(asked);
  cells_[row][1]->setText(achieved);
  cells_[row][2]->setText(verdict);
  QPalette palette = QWidget::palette();
  palette.setColor(QPalette::WindowText, good ? colorsOf(palette).good : colorsOf(palette).warning);
  cells_[row][2]->setPalette(palette);
}

void SelfTestView::end(const std::optional<control::SelfTestReply>& reply, const QString& problem) {
  button_->setEnabled(true);
  table_->setVisible(reply.has_value());
  note_->setText(problem);
  note_->show();
  if (!reply) return;
  const auto profile = throttle::profileFromJson(reply->profile);
  note_->setText(profile ? tr("Measured: %1").arg(profileTitle(*profile)) : QString());
  const auto direction = [&](Row row, std::uint64_t asked, std::uint64_t achieved) {
    const double share = asked > 0 ? double(achieved) / double(asked) : 1;
    setRow(row, rate(asked, tr("unlimited")), rate(achieved, formatRate(0)),
           asked > 0 ? tr("%1 %").arg(QLocale().toString(100 * share, 'f', 1)) : QString(), std::abs(share - 1) <= kGoodShare);
  };
  direction(Down, reply->downAsked, reply->downAchieved);
  direction(Up, reply->upAsked, reply->upAchieved);
  const double more = double((reply->roundTrip - reply->roundTripAsked).count()) / 1000;
  setRow(RoundTrip, milliseconds(reply->roundTripAsked), milliseconds(reply->roundTrip),
         tr("%1 ms").arg((more >= 0 ? QStringLiteral("+") : QString()) + QLocale().toString(more, 'f', 1)), std::abs(more) <= kGoodDelayMs);
  setRow(Jitter, tr("±%1").arg(milliseconds(reply->jitterAsked)), tr("±%1").arg(milliseconds(reply->jitter)), {}, true);
  table_->setAccessibleDescription(text());
}

QString SelfTestView::text() const {
  QStringList lines;
  for (const auto& row : cells_) lines << row[0]->text() + u' ' + row[1]->text() + u' ' + row[2]->text();
  return lines.join(u'\n');
}

}  // namespace sluice::gui
