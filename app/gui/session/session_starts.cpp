#include "app/gui/session/session_starts.h"

#include <algorithm>

#include "core/filter/parser.h"

namespace sluice::gui {
namespace {

const auto kStartsKey = QStringLiteral("sessions/starts");  // "NUMBER MILLISECONDS" each
const auto kShownKey = QStringLiteral("sessions/shown");

}  // namespace

SessionStarts::SessionStarts(QSettings& settings, QObject* parent) : QObject(parent), settings_(settings) {
  for (const QString& text : settings.value(kStartsKey).toStringList()) {
    const ExchangeId first{text.section(u' ', 0, 0).toULongLong()};
    if (!first || (!starts_.empty() && first <= starts_.back().first) || starts_.size() >= kSessionsMax) continue;
    starts_.push_back({first, QDateTime::fromMSecsSinceEpoch(text.section(u' ', 1).toLongLong())});
  }
  const ExchangeId shown{settings.value(kShownKey).toULongLong()};
  const auto all = sessions();
  if (std::any_of(all.begin(), all.end(), [shown](const Session& each) { return each.first == shown; })) shown_ = shown;
}

std::vector<SessionStarts::Session> SessionStarts::sessions() const {
  std::vector<Session> all;
  if (starts_.empty()) return all;
  if (starts_.front().first.value > 1) all.push_back({ExchangeId{1}, starts_.front().first, {}, starts_.front().at});
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    const bool last = i + 1 == starts_.size();
    all.push_back({starts_[i].first, last ? ExchangeId{} : starts_[i + 1].first, starts_[i].at, last ? QDateTime() : starts_[i + 1].at});
  }
  return all;
}

std::optional<SessionStarts::Session> SessionStarts::shown() const {
  if (!shown_) return std::nullopt;
  for (const Session& each : sessions()) {
    if (each.first == shown_) return each;
  }
  return std::nullopt;
}

filter::Node SessionStarts::filter() const {
  const auto session = shown();
  if (!session) return {};
  std::string text = "id>=" + std::to_string(session->first.value);
  if (session->end) text += " id<" + std::to_string(session->end.value);
  return filter::parse(text).value_or(filter::Node{});
}

void SessionStarts::begin(ExchangeId newest, const QDateTime& now, quint64 asOf) {
  noteNewest(newest);
  const ExchangeId first{newest.value + 1};
  if (starts_.empty() || starts_.back().first < first) starts_.push_back({first, now});
  if (starts_.size() > kSessionsMax) starts_.erase(starts_.begin());
  take(asOf == choices_ ? starts_.back().first : shown_);
}

void SessionStarts::show(std::optional<ExchangeId> first) {
  ++choices_;
  take(first.value_or(ExchangeId{}));
}

void SessionStarts::take(ExchangeId shown) {
  shown_ = shown;
  save();
  emit changed();
}

void SessionStarts::noteNewest(ExchangeId newest) {
  if (!starts_.empty() && newest.value + 1 < starts_.back().first.value) forgetAll();
}

void SessionStarts::forgetAll() {
  if (starts_.empty()) return;
  starts_.clear();
  take({});
}

void SessionStarts::save() {
  QStringList starts;
  for (const Start& each : starts_) starts << QStringLiteral("%1 %2").arg(each.first.value).arg(each.at.toMSecsSinceEpoch());
  settings_.setValue(kStartsKey, starts);
  settings_.setValue(kShownKey, quint64(shown_.value));
}

}  // namespace sluice::gui
