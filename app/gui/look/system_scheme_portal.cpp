// Linux and the other free desktops: the settings portal (GNOME, KDE and others), then GTK's own settings file.
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QSettings>
#include <QStandardPaths>

#include "app/gui/look/system_scheme.h"

namespace sluice::gui {
namespace {

constexpr auto kService = "org.freedesktop.portal.Desktop";
constexpr auto kPath = "/org/freedesktop/portal/desktop";
constexpr auto kInterface = "org.freedesktop.portal.Settings";
constexpr auto kNamespace = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";

std::optional<Scheme> schemeFromGtkSettings() {
  const QString path =
      QStandardPaths::locate(QStandardPaths::GenericConfigLocation, QStringLiteral("gtk-3.0/settings.ini"));
  if (path.isEmpty()) return std::nullopt;
  const QSettings settings(path, QSettings::IniFormat);
  const QVariant dark = settings.value(QStringLiteral("Settings/gtk-application-prefer-dark-theme"));
  const QString theme = settings.value(QStringLiteral("Settings/gtk-theme-name")).toString();
  if (dark.toBool() || theme.endsWith(QLatin1String("-dark"), Qt::CaseInsensitive)) return Scheme::Dark;
  return std::nullopt;
}

// The portal's numbers: 0 no preference, 1 dark, 2 light.
std::optional<Scheme> schemeOfNumber(uint number) {
  if (number == 1) return Scheme::Dark;
  if (number == 2) return Scheme::Light;
  return std::nullopt;
}

// Read() wraps its answer in one variant more than it says.
QVariant unwrapped(QVariant value) {
  while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
  return value;
}

class PortalScheme : public SystemScheme {
  Q_OBJECT
 public:
  PortalScheme() : scheme_(schemeFromGtkSettings()) {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                SLOT(settingChanged(QString, QString, QDBusVariant)));
    auto message = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
    message << QString::fromLatin1(kNamespace) << QString::fromLatin1(kKey);
    // The portal may have to be started first: never wait for it.
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(message), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
      watcher->deleteLater();
      const QDBusPendingReply<QDBusVariant> reply = *watcher;
      if (reply.isValid()) take(unwrapped(reply.value().variant()).toUInt());
    });
  }

  std::optional<Scheme> current() const override { return scheme_; }

 private slots:
  void settingChanged(const QString& space, const QString& key, const QDBusVariant& value) {
    if (space == QLatin1String(kNamespace) && key == QLatin1String(kKey)) take(unwrapped(value.variant()).toUInt());
  }

 private:
  void take(uint number) {
    const auto asked = schemeOfNumber(number);
    if (asked == scheme_) return;
    scheme_ = asked;
    emit changed();
  }

  std::optional<Scheme> scheme_;
};

}  // namespace

std::unique_ptr<SystemScheme> SystemScheme::create() { return std::make_unique<PortalScheme>(); }

}  // namespace sluice::gui

#include "system_scheme_portal.moc"
