// A terminal through the proxy: a real one on a display of its own, with a real curl in it.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <algorithm>

#include "app/gui/browser/proxy_shell.h"
#include "platform/data_dir.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/environment_posix.h"
#include "tests/support/temporary_directory.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

// An X server whose number it chooses itself.
class XServer {
 public:
  XServer() {
    server_.start(QStringLiteral("Xvfb"), {"-displayfd", "1", "-nolisten", "tcp"});
    waitUntil([this] { return server_.canReadLine() || server_.state() == QProcess::NotRunning; });
    number_ = QString::fromLatin1(server_.readLine()).trimmed();
  }
  ~XServer() {
    server_.terminate();
    server_.waitForFinished();
  }
  std::string name() const { return ":" + number_.toStdString(); }

 private:
  QProcess server_;
  QString number_;
};

QString contentsOf(const QString& file) {
  QFile opened(file);
  return opened.open(QIODevice::ReadOnly) ? QString::fromUtf8(opened.readAll()) : QString();
}

std::string valueOf(const platform::Variables& variables, const std::string& name) {
  const auto found = std::find_if(variables.begin(), variables.end(), [&](const auto& each) { return each.first == name; });
  return found == variables.end() ? "absent" : found->second;
}

}  // namespace

SLUICE_GUI_TEST(aTerminalsProgramsGoThroughTheProxyAndTrustIt) {
  for (const char* program : {"Xvfb", "xterm", "curl"}) {
    if (QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty()) QSKIP("needs Xvfb, xterm and curl");
  }
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const sluice::test::TemporaryDirectory folder;
  const QString script = QString::fromStdString((folder / "first").string()), out = script + QStringLiteral(".out");
  // What an interactive shell reads first.
  QFile first(script);
  QVERIFY(first.open(QIODevice::WriteOnly));
  first.write("curl -sS --max-time 20 " + QByteArray::fromStdString(bench.origin().url("/bytes/77")) + " | wc -c > " + out.toUtf8() +
              ".new\nmv " + out.toUtf8() + ".new " + out.toUtf8() + "\nexit\n");
  first.close();
  const sluice::test::EnvironmentVariable variable("ENV", script.toStdString()), shell("SHELL", "/bin/sh");
  const XServer display;
  const sluice::test::EnvironmentVariable where("DISPLAY", display.name());
  std::optional<QString> told;
  startTerminal({"xterm", {"xterm", "-e"}}, bench.dataDir(), bench.keeper().listeners().value(0), &bench.window(),
                [&](const QString& problem) { told = problem; });
  QVERIFY(waitUntil([&] { return told.has_value(); }));
  QCOMPARE(*told, QString());
  QVERIFY(waitUntil([&] { return contentsOf(out).trimmed() == QStringLiteral("77"); }));
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));
}

SLUICE_GUI_TEST(everyToolFindsTheProxyAndTheCertificates) {
  const auto variables = proxyVariables("127.0.0.1:4711", "/data/ca.pem", "/data/bundle.pem");
  for (const char* name : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"}) {
    QCOMPARE(valueOf(variables, name), std::string("http://127.0.0.1:4711"));
  }
  for (const char* name : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"}) {
    QCOMPARE(valueOf(variables, name), std::string("/data/bundle.pem"));
  }
  QCOMPARE(valueOf(variables, "NODE_EXTRA_CA_CERTS"), std::string("/data/ca.pem"));
  QCOMPARE(valueOf(variables, "no_proxy"), std::string());
}

SLUICE_GUI_TEST(theBundleHasOurAuthorityAndThoseOfTheSystem) {
  const sluice::test::TemporaryDirectory folder;
  QVERIFY(!writeBundle(folder.path()));
  const auto ca = platform::caCertificateFile(folder.path());
  std::filesystem::create_directories(ca.parent_path());
  QFile own(QString::fromStdString(ca.string())), roots(QString::fromStdString((folder / "roots").string()));
  QVERIFY(own.open(QIODevice::WriteOnly) && own.write("ours\n") > 0 && roots.open(QIODevice::WriteOnly) && roots.write("theirs\n") > 0);
  own.close();
  roots.close();
  const sluice::test::EnvironmentVariable system("SSL_CERT_FILE", (folder / "roots").string());
  const auto bundle = writeBundle(folder.path());
  QVERIFY(bundle.has_value());
  QCOMPARE(contentsOf(QString::fromStdString(bundle->string())), QStringLiteral("ours\n\ntheirs\n"));
}

SLUICE_GUI_TEST(aTerminalThatIsNotThereIsTold) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  std::optional<QString> told;
  startTerminal({"none", {"no-such-terminal", "-e"}}, bench.dataDir(), QStringLiteral("127.0.0.1:1"), &bench.window(),
                [&](const QString& problem) { told = problem; });
  QVERIFY(waitUntil([&] { return told.has_value(); }));
  QVERIFY(told->contains(QStringLiteral("no-such-terminal")));
}
