#include "app/gui/text/format.h"

#include <QDateTime>
#include <QLocale>
#include <array>

#include "app/gui/text/translate.h"

namespace sluice::gui {
namespace {

// Three significant digits, so that a column of sizes or durations stays narrow and even.
QString threeDigits(double value) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return QLocale().toString(value, 'f', decimals);
}

QString inDecimalUnits(std::uint64_t amount, const std::array<QString, 6>& units) {
  if (amount < 1000) return QLocale().toString(qulonglong(amount)) + u' ' + units[0];
  double value = double(amount);
  std::size_t unit = 0;
  // 999.5 would be shown as 1000: it belongs to the next unit.
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return threeDigits(value) + u' ' + units[unit];
}

QString minutesAndMore(std::int64_t seconds) {
  const auto two = [](std::int64_t part) { return QStringLiteral("%1").arg(part, 2, 10, QLatin1Char('0')); };
  if (seconds < 3600) return tr("%1 min %2 s").arg(seconds / 60).arg(two(seconds % 60));
  return tr("%1 h %2 min").arg(seconds / 3600).arg(two(seconds / 60 % 60));
}

QDateTime localTime(WallTime at) {
  return QDateTime::fromMSecsSinceEpoch(std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count());
}

}  // namespace

QString formatBytes(std::uint64_t bytes) {
  return inDecimalUnits(bytes, {tr("B"), tr("KB"), tr("MB"), tr("GB"), tr("TB"), tr("PB")});
}

QString formatRate(std::uint64_t bytesPerSecond) {
  return inDecimalUnits(bytesPerSecond, {tr("B/s"), tr("KB/s"), tr("MB/s"), tr("GB/s"), tr("TB/s"), tr("PB/s")});
}

QString formatDuration(std::int64_t micros) {
  if (micros < 0) return {};
  if (micros < 1000) return tr("%1 µs").arg(micros);
  if (micros < 999'500) return tr("%1 ms").arg(threeDigits(double(micros) / 1000));
  if (micros < 60'000'000) return tr("%1 s").arg(threeDigits(double(micros) / 1'000'000));
  return minutesAndMore(micros / 1'000'000);
}

QString formatTimeOfDay(WallTime at) { return localTime(at).toString(QStringLiteral("HH:mm:ss.zzz")); }

QString formatDateTime(WallTime at) { return localTime(at).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz")); }

QString formatCount(std::uint64_t count) { return QLocale().toString(qulonglong(count)); }

}  // namespace sluice::gui
