#include "app/gui/inspector/phase_chart.h"

#include <QPainter>
#include <algorithm>
#include <utility>

#include "app/gui/look/colors.h"
#include "app/gui/text/format.h"
#include "app/gui/text/translate.h"

namespace sluice::gui {
namespace {
constexpr int kMargin = 12;
constexpr int kBarHeight = 8;
constexpr int kGap = 12;

QColor colorOf(Phase::Kind kind, const Colors& colors) {
  switch (kind) {
    case Phase::Kind::Lookup: return colors.running;
    case Phase::Kind::Connect: return colors.warning;
    case Phase::Kind::Tls: return colors.accent;
    case Phase::Kind::Send: return colors.redirect;
    case Phase::Kind::Wait: return colors.faint;
    case Phase::Kind::Receive: return colors.good;
    case Phase::Kind::Tunnel: return colors.tunnel;
  }
  return colors.text;
}
}  // namespace

std::vector<Phase> phasesOf(const store::ExchangeDetails& details) {
  const store::ExchangeRow& row = details.row;
  const capture::Phases& at = row.phases;
  std::vector<Phase> phases;
  if (at.finishedUs < 0) return phases;
  std::int64_t before = 0;  // what the axis begins with
  std::int64_t from = 0;
  const auto add = [&](Phase::Kind kind, const QString& name, std::int64_t to) {
    if (to < from) return;  // did not happen, or cannot be told from the one before
    phases.push_back({kind, name, before + from, before + to});
    from = to;
  };
  // The server's comes first, for what it shows decides what the client may see.
  const auto addTls = [&] {
    for (const Side side : {Side::Upstream, Side::Client}) {
      const auto tls = std::find_if(details.tls.begin(), details.tls.end(), [&](const auto& each) { return each.side == side; });
      if (tls == details.tls.end() || tls->handshakeUs < 0) continue;
      add(Phase::Kind::Tls, side == Side::Client ? tr("TLS with client") : tr("TLS with server"), from + tls->handshakeUs);
    }
  };
  const bool tlsIsWithin = at.resolvedUs >= 0;  // the connection was made for this exchange
  if (!tlsIsWithin) {
    addTls();
    before = std::exchange(from, 0);
  }
  add(Phase::Kind::Lookup, tr("Name lookup"), at.resolvedUs);
  add(Phase::Kind::Connect, row.upstreamReused ? tr("Connection reused") : tr("Connecting"), at.connectedUs);
  if (tlsIsWithin) addTls();
  if (row.kind == capture::Kind::Tunnel) {
    add(Phase::Kind::Tunnel, tr("Tunnel open"), at.finishedUs);
    return phases;
  }
  add(Phase::Kind::Send, tr("Sending"), at.requestSentUs);
  add(Phase::Kind::Wait, tr("Waiting"), at.responseHeadUs);
  if (at.responseHeadUs < 0) add(Phase::Kind::Wait, tr("Until it failed"), at.finishedUs);
  else add(Phase::Kind::Receive, tr("Receiving"), at.finishedUs);
  return phases;
}

PhaseChart::PhaseChart(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Timing"));
}

void PhaseChart::setPhases(std::vector<Phase> phases) {
  phases_ = std::move(phases);
  setVisible(!phases_.empty());
  QStringList spoken;
  for (const Phase& phase : phases_) spoken << phase.name + u' ' + formatDuration(phase.toUs - phase.fromUs);
  setAccessibleDescription(spoken.join(QStringLiteral(", ")));
  updateGeometry();
  update();
}

int PhaseChart::lineHeight() const { return fontMetrics().height() + 5; }

QSize PhaseChart::sizeHint() const { return {320, (int(phases_.size()) + 1) * lineHeight() + 2 * kMargin}; }

QSize PhaseChart::minimumSizeHint() const { return {160, sizeHint().height()}; }

void PhaseChart::paintEvent(QPaintEvent*) {
  if (phases_.empty()) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Colors& colors = colorsOf(palette());

  QFont bold = font();
  bold.setWeight(QFont::DemiBold);
  painter.setFont(bold);
  painter.setPen(colors.text);
  painter.drawText(QRect(kMargin, 0, width(), lineHeight()), Qt::AlignLeft | Qt::AlignVCenter, tr("Timing"));
  painter.setFont(font());

  int names = 0, durations = 0;
  for (const Phase& phase : phases_) {
    names = std::max(names, fontMetrics().horizontalAdvance(phase.name));
    durations = std::max(durations, fontMetrics().horizontalAdvance(formatDuration(phase.toUs - phase.fromUs)));
  }
  const int left = kMargin + names + kGap;
  const int room = std::max(20, width() - left - durations - kGap - kMargin);
  const double scale = double(room) / double(std::max<std::int64_t>(1, phases_.back().toUs));
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    const Phase& phase = phases_[i];
    const int y = int(i + 1) * lineHeight() + 3;
    painter.setPen(colors.muted);
    painter.drawText(QRect(kMargin, y, names, lineHeight()), Qt::AlignLeft | Qt::AlignVCenter, phase.name);
    painter.setPen(colors.text);
    painter.drawText(QRect(left + room + kGap, y, durations, lineHeight()), Qt::AlignRight | Qt::AlignVCenter,
                     formatDuration(phase.toUs - phase.fromUs));
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.selectionIdle);
    const double barY = y + (lineHeight() - kBarHeight) / 2.0;
    painter.drawRoundedRect(QRectF(left, barY, room, kBarHeight), 2, 2);
    painter.setBrush(colorOf(phase.kind, colors));
    const double barWidth = std::max(2.0, double(phase.toUs - phase.fromUs) * scale);
    const double barX = std::min(left + double(phase.fromUs) * scale, left + room - barWidth);
    painter.drawRoundedRect(QRectF(barX, barY, barWidth, kBarHeight), 2, 2);
  }
}

}  // namespace sluice::gui
