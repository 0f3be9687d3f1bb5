#include "app/gui/browser/browser.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QPointer>
#include <QProcess>
#include <QStandardPaths>
#include <QTimer>

#include "app/gui/text/translate.h"
#include "app/gui/text/visible_text.h"
#include "core/codec/tls/certificate.h"
#include "platform/data_dir.h"

namespace sluice::gui {
namespace {

struct Known {
  const char* name;
  const char* program;
  Browser::Family family;
};
constexpr Known kKnown[] = {
    {"Chromium", "chromium", Browser::Family::Chromium},
    {"Chromium", "chromium-browser", Browser::Family::Chromium},
    {"Google Chrome", "google-chrome", Browser::Family::Chromium},
    {"Google Chrome", "google-chrome-stable", Browser::Family::Chromium},
    {"Microsoft Edge", "microsoft-edge", Browser::Family::Chromium},
    {"Microsoft Edge", "msedge", Browser::Family::Chromium},
    {"Brave", "brave-browser", Browser::Family::Chromium},
    {"Firefox", "firefox", Browser::Family::Firefox},
    {"Firefox", "firefox-esr", Browser::Family::Firefox},
};

// The proxy's own page: it shows that traffic arrives, and hands out the certificate that https needs.
constexpr const char* kFirstPage = "http://sluice.proxy/";

// Firefox is told by its profile, not by its command line.
QByteArray firefoxSettings(const QString& address) {
  const QByteArray host = address.section(u':', 0, -2).toUtf8(), port = address.section(u':', -1).toUtf8();
  QByteArray settings = "user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.allow_hijacking_localhost\", true);\n"
                        "user_pref(\"network.proxy.no_proxies_on\", \"\");\n"
                        "user_pref(\"datareporting.policy.dataSubmissionEnabled\", false);\n"
                        "user_pref(\"browser.aboutwelcome.enabled\", false);\nuser_pref(\"browser.shell.checkDefaultBrowser\", false);\n";
  for (const char* kind : {"http", "ssl"}) {
    settings += QByteArray("user_pref(\"network.proxy.") + kind + "\", \"" + host + "\");\n";
    settings += QByteArray("user_pref(\"network.proxy.") + kind + "_port\", " + port + ");\n";
  }
  return settings;
}

QString caPinOf(const QString& caFile) {
  QFile file(caFile);
  if (!file.open(QIODevice::ReadOnly)) return {};
  const auto pin = tls::publicKeyPin(file.readAll().toStdString());
  return pin ? QString::fromStdString(*pin) : QString();
}

struct Start {
  Browser browser;
  QStringList arguments;
  QString outputFile;
  QPointer<QObject> context;
  BrowserFailed failed;

  void tell(const QString& what) const {
    if (context && failed) failed(what, lastLine());
  }
  QString lastLine() const {
    constexpr qint64 kBytes = 8 * 1024;
    constexpr std::size_t kCharacters = 300;
    QFile file(outputFile);
    if (!file.open(QIODevice::ReadOnly)) return {};
    file.seek(std::max<qint64>(0, file.size() - kBytes));
    const auto lines = file.readAll().trimmed().split('\n');
    return visibleLine(lines.last().trimmed().toStdString(), kCharacters);
  }
};

// Its object goes when the browser ends and is left alone when we end first: a destroyed QProcess would take the browser along, and a
// detached one would not say how it ended. For the same reason it writes into a file and not to us.
void launch(const Start& start) {
  auto* process = new QProcess;
  process->setStandardInputFile(QProcess::nullDevice());
  process->setProcessChannelMode(QProcess::MergedChannels);
  process->setStandardOutputFile(start.outputFile);
  QElapsedTimer since;
  since.start();
  QObject::connect(process, &QProcess::finished, process, [process, start, since](int code, QProcess::ExitStatus status) {
    process->deleteLater();
    const bool crashed = status == QProcess::CrashExit;
    // One that runs already is handed the page by a second, which then ends well.
    if ((!crashed && code == 0) || since.elapsed() > kAtOnceMs) return;
    start.tell(crashed ? tr("%1 crashed as soon as it was started.").arg(start.browser.name)
                       : tr("%1 ended as soon as it was started, with exit code %2.").arg(start.browser.name).arg(code));
  });
  QObject::connect(process, &QProcess::errorOccurred, process, [process, start](QProcess::ProcessError error) {
    if (error != QProcess::FailedToStart) return;
    process->deleteLater();
    start.tell(tr("%1 could not be started").arg(start.browser.program));
  });
  process->start(start.browser.program, start.arguments);
}

// Whatever comes of it: the browser starts once it has ended.
void trustThenLaunch(const QString& certutil, const QString& folder, const QString& caFile, const Start& start) {
  auto* process = new QProcess;
  const auto next = [process, start] {
    launch(start);
    process->deleteLater();
  };
  QObject::connect(process, &QProcess::finished, process, next);
  QObject::connect(process, &QProcess::errorOccurred, process, [next](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) next();
  });
  process->start(certutil, {QStringLiteral("-d"), QStringLiteral("sql:") + folder, QStringLiteral("-A"), QStringLiteral("-t"),
                            QStringLiteral("C,,"), QStringLiteral("-n"), QStringLiteral("Sluice"), QStringLiteral("-i"), caFile});
  process->closeWriteChannel();
  constexpr int kPatienceMs = 10'000;
  QTimer::singleShot(kPatienceMs, process, &QProcess::kill);
}

// A browser that runs hands a second start to its own process, whose proxy stays what it was; and no two share a profile.
QString profileName(const Browser& browser, const QString& address) {
  QString name = QFileInfo(browser.program).completeBaseName() + u'-' + address;
  for (QChar& c : name) {
    if (!c.isLetterOrNumber() && c != u'.' && c != u'-' && c != u'_') c = u'_';
  }
  return name;
}

}  // namespace

std::vector<Browser> installedBrowsers() {
  std::vector<Browser> found;
  for (const Known& known : kKnown) {
    const QString name = QString::fromLatin1(known.name);
    const bool already = !found.empty() && found.back().name == name;
    const QString program = already ? QString() : QStandardPaths::findExecutable(QString::fromLatin1(known.program));
    if (!program.isEmpty()) found.push_back({name, program, known.family});
  }
  return found;
}

QStringList browserArguments(const Browser& browser, const QString& profileFolder, const QString& address, const QString& caPin) {
  if (browser.family == Browser::Family::Firefox) {
    return {QStringLiteral("-no-remote"), QStringLiteral("-profile"), profileFolder, QString::fromLatin1(kFirstPage)};
  }
  QStringList arguments{QStringLiteral("--user-data-dir=") + profileFolder,
                        QStringLiteral("--proxy-server=http://") + address,
                        QStringLiteral("--proxy-bypass-list=<-loopback>"),  // else localhost would go past the proxy
                        QStringLiteral("--no-first-run"),
                        QStringLiteral("--no-default-browser-check"),
                        QStringLiteral("--disable-background-networking"),  // its own traffic would fill the table
                        QStringLiteral("--disable-component-update"),
                        QStringLiteral("--disable-domain-reliability"),
                        QStringLiteral("--disable-features=OptimizationHints,MediaRouter"),
                        QStringLiteral("--no-pings"),
                        QStringLiteral("--disable-sync"),
                        QStringLiteral("--disable-quic")};  // which no proxy of HTTP sees
  if (!caPin.isEmpty()) arguments << QStringLiteral("--ignore-certificate-errors-spki-list=") + caPin;
  return arguments << QString::fromLatin1(kFirstPage);
}

std::optional<QString> startBrowser(const Browser& browser, const std::filesystem::path& dataDir, const QString& address,
                                    QObject* context, BrowserFailed failed) {
  const bool firefox = browser.family == Browser::Family::Firefox;
  const QString folder = QString::fromStdU16String((dataDir / "browsers").u16string()) + u'/' + profileName(browser, address);
  if (!QDir().mkpath(folder)) return tr("%1 could not be made").arg(folder);
  if (firefox) {
    QFile settings(folder + QStringLiteral("/user.js"));
    const QByteArray text = firefoxSettings(address);
    if (!settings.open(QIODevice::WriteOnly) || settings.write(text) != text.size()) {
      return tr("%1: %2").arg(settings.fileName(), settings.errorString());
    }
  }
  const QString caFile = QString::fromStdU16String(platform::caCertificateFile(dataDir).u16string());
  const QString certutil = firefox ? QStandardPaths::findExecutable(QStringLiteral("certutil")) : QString();
  const Start start{browser, browserArguments(browser, folder, address, caPinOf(caFile)), folder + QStringLiteral("/output.txt"), context,
                    std::move(failed)};
  const bool teachable = firefox && QFile::exists(caFile);
  teachable && !certutil.isEmpty() ? trustThenLaunch(certutil, folder, caFile, start) : launch(start);
  if (!teachable || !certutil.isEmpty()) return std::nullopt;
  return tr("%1 is starting, but trusts no certificate of Sluice: certutil is missing (package libnss3-tools or nss-tools). Its first page "
            "tells how to import the certificate.")
      .arg(browser.name);
}

}  // namespace sluice::gui
