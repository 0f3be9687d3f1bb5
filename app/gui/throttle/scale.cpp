#include "app/gui/throttle/scale.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

#include "app/gui/text/translate.h"
#include "core/base/limits.h"
#include "core/throttle/rate.h"

namespace sluice::gui {
namespace {

constexpr int kGap = 12;  // steps at the end where there is nothing of it: wide enough to be hit

// 3 digits, and no more behind the point than that leaves: nobody aims better with a slider.
double rounded(double value) {
  const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
  return std::round(value / unit) * unit;
}

// A number with point or comma, and one of the units behind it, or none.
std::optional<double> numberIn(QString text, std::initializer_list<std::pair<const char*, double>> units) {
  text = text.toLower().remove(u' ').remove(QChar(0xa0)).remove(QChar(0x202f)).replace(u',', u'.');
  double factor = 1;
  for (const auto& [unit, times] : units) {
    if (!text.endsWith(QLatin1String(unit))) continue;
    text.chop(int(qstrlen(unit)));
    factor = times;
    break;
  }
  bool good = false;
  const double number = text.toDouble(&good);
  if (!good || !std::isfinite(number)) return std::nullopt;
  return number * factor;
}

std::optional<double> within(std::optional<double> number, double most) {
  return number && *number >= 0 && *number <= most ? number : std::nullopt;
}

// What people type, and what the field itself shows: "1.6 Mbit/s (200 KB/s)".
std::optional<double> parseRate(const QString& text) {
  QString typed = text.section(u'(', 0, 0).toLower().remove(u' ').remove(QChar(0xa0)).replace(u',', u'.');
  if (typed == tr("unlimited").toLower() || typed == QLatin1String("unlimited")) return 0;
  typed.remove(QLatin1String("/s"));
  if (typed.endsWith(u'b')) typed.chop(1);
  const auto rate = throttle::parseRate(typed.toStdString());
  return rate ? std::optional(double(rate->bytesPerSecond)) : std::nullopt;
}

QString rateText(double value) {
  if (value <= 0) return tr("unlimited");
  QString text = QString::fromStdString(throttle::describe({std::uint64_t(value)}));
  const QString point = QLocale().decimalPoint();
  return point == QLatin1String(".") ? text : text.replace(u'.', point);
}

std::optional<double> parseCloses(const QString& text) {
  if (text.trimmed().toLower() == tr("none").toLower()) return 0;
  return within(numberIn(text.section(u' ', 0, 0), {}), 60);
}

QString number(double value) {
  QLocale locale;
  locale.setNumberOptions(QLocale::OmitGroupSeparator);
  return locale.toString(value, 'g', value < 1000 ? 4 : 6);
}

}  // namespace

double Scale::valueAt(int step) const {
  const int along = none == None::AtTheLeft ? step - kGap : step;
  const int room = kSteps - kGap;
  if (none == None::AtTheLeft ? along < 0 : along > room) return 0;
  return std::clamp(rounded(least * std::pow(most / least, double(along) / room)), least, most);
}

int Scale::stepOf(double value) const {
  if (value <= 0) return none == None::AtTheLeft ? 0 : kSteps;
  const int room = kSteps - kGap;
  const double along = std::log(std::clamp(value, least, most) / least) / std::log(most / least) * room;
  return int(std::lround(along)) + (none == None::AtTheLeft ? kGap : 0);
}

const Scale& rateScale() {
  static const Scale scale{1e3, 1e9, Scale::None::AtTheRight, rateText, parseRate, QStringLiteral("64k, 1.5M, 200kbit, 10mbit, unlimited")};
  return scale;
}

const Scale& delayScale() {
  static const Scale scale{1, 10'000, Scale::None::AtTheLeft, [](double value) { return tr("%1 ms").arg(number(value)); },
                           [](const QString& text) {
                             return within(numberIn(text, {{"ms", 1}, {"s", 1000}}), limits::kProfileDelayMsMax);
                           },
                           QStringLiteral("80, 250 ms, 1.5 s")};
  return scale;
}

const Scale& lossScale() {
  static const Scale scale{0.1, 100, Scale::None::AtTheLeft, [](double value) { return tr("%1 %").arg(number(value)); },
                           [](const QString& text) { return within(numberIn(text, {{"%", 1}}), 100); }, QStringLiteral("0.5, 10 %")};
  return scale;
}

const Scale& closesScale() {
  static const Scale scale{0.1, 60, Scale::None::AtTheLeft,
                           [](double value) { return value > 0 ? tr("%1 a minute").arg(number(value)) : tr("none"); },
                           parseCloses, QStringLiteral("0.5, 6")};
  return scale;
}

}  // namespace sluice::gui
