// The CA's dialog with a real engine's CA and the real databases of NSS, in a home of the test's own.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>

#include "app/gui/trust/authority_dialog.h"
#include "platform/data_dir.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/environment_posix.h"
#include "tests/support/temporary_directory.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;
using platform::TrustPlace;

namespace {

struct Home {
  sluice::test::TemporaryDirectory directory;
  sluice::test::EnvironmentVariable home{"HOME", directory.path().string()};
  QString database() const { return QString::fromStdString((directory / ".pki/nssdb").string()); }
  QString list() const {
    QProcess tool;
    tool.start(QStringLiteral("certutil"), {QStringLiteral("-d"), QStringLiteral("sql:") + database(), QStringLiteral("-L")});
    tool.waitForFinished();
    return QString::fromUtf8(tool.readAllStandardOutput());
  }
};

bool hasCertutil() { return !QStandardPaths::findExecutable(QStringLiteral("certutil")).isEmpty(); }

// Once it has looked.
bool isReady(AuthorityDialog& dialog) { return waitUntil([&] { return !dialog.isBusy() && !dialog.places().empty(); }); }

QByteArray contentsOf(const QString& file) {
  QFile opened(file);
  return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
}

}  // namespace

SLUICE_GUI_TEST(aBrowsersTrustIsGivenAndTakenBackInTheDialog) {
  if (!hasCertutil()) QSKIP("no certutil");
  const Home home;
  Workbench bench;
  QVERIFY(bench.openAndListen());
  AuthorityDialog dialog(bench.dataDir(), &bench.window());
  dialog.show();
  QVERIFY(isReady(dialog));
  QCOMPARE(dialog.places().size(), std::size_t(2));
  QVERIFY(dialog.places()[0].kind == TrustPlace::Kind::System);
  QVERIFY(dialog.places()[1].state == TrustPlace::State::Absent);
  dialog.button(1).click();
  QVERIFY(dialog.isBusy() && !dialog.button(1).isEnabled());
  QVERIFY(waitUntil([&] { return !dialog.isBusy() && dialog.places()[1].state == TrustPlace::State::Trusted; }));
  QVERIFY(home.list().contains(QStringLiteral("Sluice CA")));
  QVERIFY(dialog.message().contains(QStringLiteral("trusted")));
  // What others do is seen when it looks again.
  QVERIFY(QDir(home.database()).removeRecursively());
  dialog.lookAgainButton().click();
  QVERIFY(waitUntil([&] { return !dialog.isBusy() && dialog.places()[1].state == TrustPlace::State::Absent; }));
  dialog.button(1).click();
  QVERIFY(waitUntil([&] { return !dialog.isBusy() && dialog.places()[1].state == TrustPlace::State::Trusted; }));
  dialog.button(1).click();
  QVERIFY(waitUntil([&] { return !dialog.isBusy() && dialog.places()[1].state == TrustPlace::State::Absent; }));
  QVERIFY(!home.list().contains(QStringLiteral("Sluice CA")));
}

SLUICE_GUI_TEST(theCertificateIsSavedAsItsNameSays) {
  const Home home;
  Workbench bench;
  QVERIFY(bench.openAndListen());
  AuthorityDialog dialog(bench.dataDir(), &bench.window());
  const QString pem = home.database().section(u'/', 0, -3) + QStringLiteral("/ca.pem"), der = pem.chopped(3) + QStringLiteral("crt");
  dialog.saveTo(pem);
  dialog.saveTo(der);
  const QByteArray written = contentsOf(pem);
  QVERIFY(written.startsWith("-----BEGIN CERTIFICATE-----"));
  QVERIFY(contentsOf(der).startsWith("\x30\x82"));
  QVERIFY(dialog.commands().contains(QStringLiteral("sluice-ca.pem")));
  dialog.saveTo(QStringLiteral("/no/such/folder/ca.pem"));
  QVERIFY(dialog.message().contains(QStringLiteral("/no/such/folder/ca.pem")));
}

SLUICE_GUI_TEST(beforeTheFirstEngineThereIsNothingToTrust) {
  const Home home;
  AuthorityDialog dialog(home.directory.path(), nullptr);
  QVERIFY(dialog.places().empty() && !dialog.isBusy());
  QVERIFY(!dialog.message().isEmpty() && !dialog.lookAgainButton().isEnabled());
}

// The system may wait for somebody's password, as long as that takes.
SLUICE_GUI_TEST(theDialogClosesWhileAToolWaits) {
  const Home home;
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const std::string folder = home.directory.path().string();
  const auto file = [&](const char* name) { return QString::fromStdString(folder + '/' + name); };
  QFile tool(file("certutil"));
  QVERIFY(tool.open(QIODevice::WriteOnly));
  tool.write(QStringLiteral("#!/bin/sh\n: > '%1/began'\ni=0\nwhile [ ! -e '%1/go' ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done\n"
                            ": > '%1/ended'\n")
                 .arg(QString::fromStdString(folder))
                 .toUtf8());
  tool.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
  tool.close();
  const sluice::test::EnvironmentVariable path("PATH", folder + ':' + qgetenv("PATH").toStdString());
  auto dialog = std::make_unique<AuthorityDialog>(bench.dataDir(), &bench.window());
  dialog->show();
  QVERIFY(waitUntil([&] { return QFile::exists(file("began")); }));
  dialog.reset();
  QVERIFY(!QFile::exists(file("ended")));
  QVERIFY(QFile(file("go")).open(QIODevice::WriteOnly));
  QVERIFY(waitUntil([&] { return QFile::exists(file("ended")); }));
  QThreadPool::globalInstance()->waitForDone();
}
