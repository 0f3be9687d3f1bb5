// Browsers that are started through the proxy. The browser is a script that writes down how it was called.
#include "app/gui/browser/browser.h"

#include <QDir>
#include <QFile>

#include <chrono>
#include <fstream>

#include "core/codec/tls/authority.h"
#include "platform/data_dir.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/temporary_directory.h"

using namespace sluice::gui;
using sluice::gui::test::waitUntil;

namespace {

struct FakeBrowsers {
  sluice::test::TemporaryDirectory folder;
  QByteArray path = qgetenv("PATH");

  FakeBrowsers() { qputenv("PATH", QByteArray::fromStdString(folder.path().string()) + ":" + path); }
  ~FakeBrowsers() { qputenv("PATH", path); }

  // The script writes its arguments into a file of this name, then does this.
  void add(const char* name, const char* into = "calls", const QByteArray& then = {}) {
    const QString file = QString::fromStdString((folder.path() / into).string());
    QFile script(QString::fromStdString((folder.path() / name).string()));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/bin/sh\nprintf '%s\\n' \"$@\" > '" + file.toUtf8() + ".new'\nmv '" + file.toUtf8() + ".new' '" +
                 file.toUtf8() + "'\n" + then);
    script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
  }
  void makeCa() const {
    const auto file = sluice::platform::caCertificateFile(folder.path() / "data");
    std::filesystem::create_directories(file.parent_path());
    const auto now = std::chrono::floor<sluice::Micros>(std::chrono::system_clock::now());
    std::ofstream(file) << sluice::tls::Authority::make(now)->certificatePem();
  }
  QStringList called(const char* from = "calls") const {
    QFile file(QString::fromStdString((folder.path() / from).string()));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts) : QStringList();
  }
};

}  // namespace

SLUICE_GUI_TEST(chromiumIsStartedWithAProfileOfItsOwnAndTheProxy) {
  FakeBrowsers fake;
  fake.add("chromium");
  const auto browsers = installedBrowsers();
  QVERIFY(!browsers.empty());
  QCOMPARE(browsers[0].name, QStringLiteral("Chromium"));
  QVERIFY(!startBrowser(browsers[0], fake.folder.path() / "data", QStringLiteral("127.0.0.1:4711")).has_value());
  QVERIFY(waitUntil([&] { return !fake.called().isEmpty(); }));
  QVERIFY(fake.called().contains(QStringLiteral("--proxy-server=http://127.0.0.1:4711")));
  QVERIFY(fake.called().contains(QStringLiteral("--proxy-bypass-list=<-loopback>")));
  QCOMPARE(fake.called().last(), QStringLiteral("http://sluice.proxy/"));
  QVERIFY(std::filesystem::is_directory(fake.folder.path() / "data" / "browsers" / "chromium-127.0.0.1_4711"));
}

// The CA by its key: the certificate needs to be installed nowhere.
SLUICE_GUI_TEST(chromiumTrustsTheCaOfTheDataDirectory) {
  FakeBrowsers fake;
  const Browser browser{QStringLiteral("Chromium"), QStringLiteral("chromium"), Browser::Family::Chromium};
  const auto arguments = browserArguments(browser, QStringLiteral("/p"), QStringLiteral("127.0.0.1:1"), QStringLiteral("cGlu"));
  QVERIFY(arguments.contains(QStringLiteral("--ignore-certificate-errors-spki-list=cGlu")));
  QVERIFY(!browserArguments(browser, QStringLiteral("/p"), QStringLiteral("127.0.0.1:1"), {}).join(u' ').contains(QStringLiteral("spki")));
  fake.add("chromium");
  fake.makeCa();
  QVERIFY(!startBrowser(installedBrowsers()[0], fake.folder.path() / "data", QStringLiteral("127.0.0.1:4711")).has_value());
  QVERIFY(waitUntil([&] { return fake.called().join(u' ').contains(QStringLiteral("--ignore-certificate-errors-spki-list=")); }));
}

SLUICE_GUI_TEST(firefoxTrustsTheCaByWayOfCertutil) {
  FakeBrowsers fake;
  fake.add("firefox");
  fake.add("certutil", "imported");
  fake.makeCa();
  const Browser firefox{QStringLiteral("Firefox"), QString::fromStdString((fake.folder.path() / "firefox").string()),
                        Browser::Family::Firefox};
  QVERIFY(!startBrowser(firefox, fake.folder.path() / "data", QStringLiteral("127.0.0.1:4711")).has_value());
  QVERIFY(waitUntil([&] { return fake.called().contains(QStringLiteral("-profile")); }));
  QVERIFY(fake.called("imported").last().endsWith(QStringLiteral("ca.pem")));
}

SLUICE_GUI_TEST(firefoxIsToldByItsProfile) {
  FakeBrowsers fake;
  fake.add("firefox");
  const Browser firefox{QStringLiteral("Firefox"), QString::fromStdString((fake.folder.path() / "firefox").string()),
                        Browser::Family::Firefox};
  QVERIFY(!startBrowser(firefox, fake.folder.path() / "data", QStringLiteral("127.0.0.1:4711")).has_value());
  QVERIFY(waitUntil([&] { return fake.called().contains(QStringLiteral("-profile")); }));
  QCOMPARE(fake.called().last(), QStringLiteral("http://sluice.proxy/"));
  QFile settings(QString::fromStdString((fake.folder.path() / "data/browsers/firefox-127.0.0.1_4711/user.js").string()));
  QVERIFY(settings.open(QIODevice::ReadOnly));
  const QByteArray text = settings.readAll();
  QVERIFY(text.contains("\"network.proxy.http\", \"127.0.0.1\""));
  QVERIFY(text.contains("\"network.proxy.ssl_port\", 4711"));
}

SLUICE_GUI_TEST(aBrowserThatCannotBeStartedIsNamed) {
  sluice::test::TemporaryDirectory folder;
  const Browser missing{QStringLiteral("Chromium"), QStringLiteral("/no/such/browser"), Browser::Family::Chromium};
  QString problem;
  QObject context;
  const auto failed = [&](const QString& what, const QString&) { problem = what; };
  QVERIFY(!startBrowser(missing, folder.path(), QStringLiteral("127.0.0.1:1"), &context, failed));
  QVERIFY(waitUntil([&] { return !problem.isEmpty(); }));
  QVERIFY2(problem.contains(QStringLiteral("/no/such/browser")), qPrintable(problem));
}

// One that runs already takes the page from a second start, which then ends well: that is no failure.
SLUICE_GUI_TEST(aBrowserThatEndsBadlyAtOnceIsToldWithItsLastLine) {
  FakeBrowsers fake;
  fake.add("chromium", "calls", "echo 'page handed over'\n");
  fake.add("brave-browser", "brave", "echo starting >&2\nprintf 'no display: \\033[31mgiving up\\n' >&2\nexit 3\n");
  fake.add("microsoft-edge", "edge", "kill -9 $$\n");
  QStringList told;
  QObject context;
  const auto start = [&](const char* name, const char* program) {
    const Browser browser{QString::fromLatin1(name), QString::fromStdString((fake.folder.path() / program).string()),
                          Browser::Family::Chromium};
    return startBrowser(browser, fake.folder.path() / "data", QStringLiteral("127.0.0.1:4711"), &context,
                        [&](const QString& what, const QString& lastLine) { told << what << lastLine; });
  };
  QVERIFY(!start("Chromium", "chromium"));
  QVERIFY(waitUntil([&] { return !fake.called().isEmpty(); }));
  QVERIFY(!start("Brave", "brave-browser"));
  QVERIFY(waitUntil([&] { return told.size() >= 2; }));
  QVERIFY(!start("Edge", "microsoft-edge"));
  QVERIFY(waitUntil([&] { return told.size() >= 4; }));
  QCOMPARE(told.size(), 4);
  QVERIFY2(told[0].contains(QStringLiteral("Brave")) && told[0].contains(u'3'), qPrintable(told[0]));
  // What it wrote is shown as any other text that is not ours.
  QVERIFY2(told[1].startsWith(QStringLiteral("no display: ")) && !told[1].contains(QChar(0x1b)), qPrintable(told[1]));
  QVERIFY2(told[2].contains(QStringLiteral("Edge")) && told[2].contains(QStringLiteral("crashed")), qPrintable(told[2]));
}

SLUICE_GUI_TEST(theWindowSaysThatABrowserDidNotStartUntilItIsRead) {
  FakeBrowsers fake;
  fake.add("chromium", "calls", "echo 'no display: giving up' >&2\nexit 3\n");
  sluice::gui::test::Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  QVERIFY(window.banner().isHidden());
  QVERIFY(waitUntil([&] { return window.actions().openBrowser->isEnabled(); }));
  window.actions().openBrowser->trigger();
  QVERIFY(waitUntil([&] { return !window.banner().isHidden(); }));
  QVERIFY(window.banner().notice().text.contains(QStringLiteral("Chromium")));
  QCOMPARE(window.banner().notice().detail, QStringLiteral("no display: giving up"));
  emit window.banner().dismissed();
  QVERIFY(window.banner().isHidden());
  // Once more, and it is said once more.
  window.actions().openBrowser->trigger();
  QVERIFY(waitUntil([&] { return !window.banner().isHidden(); }));
}

// A browser that runs takes no other proxy, and does not share its profile with another.
SLUICE_GUI_TEST(eachBrowserHasAProfileForEachProxy) {
  FakeBrowsers fake;
  fake.add("chromium");
  fake.add("brave-browser", "brave");
  const auto start = [&](const char* program, const char* into, const char* address) {
    QFile::remove(QString::fromStdString((fake.folder.path() / into).string()));
    const Browser browser{QString::fromLatin1(program), QString::fromStdString((fake.folder.path() / program).string()),
                          Browser::Family::Chromium};
    if (startBrowser(browser, fake.folder.path() / "data", QString::fromLatin1(address))) return QString();
    (void)waitUntil([&] { return !fake.called(into).isEmpty(); });
    return fake.called(into).filter(QStringLiteral("--user-data-dir=")).value(0);
  };
  const QString first = start("chromium", "calls", "127.0.0.1:1");
  QVERIFY(!first.isEmpty());
  QCOMPARE(start("chromium", "calls", "127.0.0.1:1"), first);
  QVERIFY(start("chromium", "calls", "127.0.0.1:2") != first);
  QVERIFY(start("brave-browser", "brave", "127.0.0.1:1") != first);
}

SLUICE_GUI_TEST(withoutCertutilItIsSaidThatFirefoxTrustsNothing) {
  FakeBrowsers fake;
  fake.add("firefox");
  fake.makeCa();
  qputenv("PATH", QByteArray::fromStdString(fake.folder.path().string()));
  const Browser firefox{QStringLiteral("Firefox"), QString::fromStdString((fake.folder.path() / "firefox").string()),
                        Browser::Family::Firefox};
  const auto word = startBrowser(firefox, fake.folder.path() / "data", QStringLiteral("127.0.0.1:4711"));
  QVERIFY(word && word->contains(QStringLiteral("certutil")));
}
