#include "app/gui/preferences/preferences.h"

#include <QRegularExpression>

#include "app/gui/text/translate.h"

namespace sluice::gui {
namespace {

QString stored(const QSettings& settings, const char* key) { return settings.value(QLatin1String(key)).toString(); }

}  // namespace

std::optional<Scheme> schemeOf(const QSettings& settings) {
  const QString name = stored(settings, kSchemeKey);
  if (name == QLatin1String("dark")) return Scheme::Dark;
  if (name == QLatin1String("light")) return Scheme::Light;
  return std::nullopt;
}

Density densityOf(const QSettings& settings) {
  return stored(settings, kDensityKey) == QLatin1String("compact") ? Density::Compact : Density::Comfortable;
}

QStringList keepingOptions(const QSettings& settings) {
  QStringList options;
  const auto add = [&](const char* key, const QString& option, const QString& unit) {
    const int value = settings.value(QLatin1String(key)).toInt();
    if (value > 0) options << option << QString::number(value) + unit;
  };
  add(kHistoryMbKey, QStringLiteral("--keep-size"), QStringLiteral("MB"));
  add(kExchangesKey, QStringLiteral("--keep-count"), {});
  add(kDaysKey, QStringLiteral("--keep-days"), {});
  // By size: --capture says whether anything is recorded, and that is switched while the engine runs.
  if (settings.value(QLatin1String(kHeadsAloneKey)).toBool()) options << QStringLiteral("--capture-size") << QStringLiteral("0");
  else add(kBodyMbKey, QStringLiteral("--capture-size"), QStringLiteral("MB"));
  return options;
}

QLocale localeOf(const QSettings& settings) {
  const QString name = stored(settings, kLanguageKey);
  return name.isEmpty() ? QLocale::system() : QLocale(name);
}

QString listenProblem(const QString& spec) {
  static const QRegularExpression form(
      QStringLiteral("^(regular|socks5(:[^\\s@]+)?|reverse:https?://[^\\s@]+)@(\\S+):(\\d{1,5})(,profile=.+)?$"));
  const auto match = form.match(spec);
  if (!match.hasMatch()) return tr("%1 is not of the form regular@ADDRESS:PORT").arg(spec);
  if (match.captured(4).toInt() > 65535) return tr("%1: ports end at 65535").arg(spec);
  return {};
}

}  // namespace sluice::gui
