// A window whose process is stopped under load, and one that the engine has let go of: the engine's memory stays as it is, and the window
// shows everything as soon as it can.
#include <QLocalServer>
#include <QLocalSocket>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/limits.h"
#include "platform/engine_owner.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/eventually.h"
#include "tests/support/process.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;
using sluice::test::eventually;
using sluice::test::Process;

namespace {

constexpr int kExchangesPerSecond = 2000;

// --seconds=30 for the soak.
int seconds() { return std::stoi(sluice::test::option("seconds", "1")); }

void listenOnAnyPort(const std::filesystem::path& dataDir) {
  QSettings settings(QString::fromStdString((dataDir / "app.ini").string()), QSettings::IniFormat);
  settings.setValue(QStringLiteral("engine/listen"), QStringList{QStringLiteral("regular@127.0.0.1:0")});
}

// Where the engine of this directory listens; 0 while there is none.
std::uint16_t portOf(const std::filesystem::path& dataDir) {
  const auto told = sluice::test::run(SLUICECTL_PROGRAM, {"--data-dir", dataDir.string(), "status"});
  const std::string words = "127.0.0.1:";
  const auto at = told.output.find(words);
  return at == std::string::npos ? std::uint16_t{0} : std::uint16_t(std::stoul(told.output.substr(at + words.size())));
}

// Exchanges one after the other, no more a second than that, and the most memory that the engine had meanwhile; 0: one was not answered.
std::uint64_t exchange(std::uint16_t port, const std::string& url, int count, std::int64_t engine) {
  std::uint64_t residentMax = 0;
  sluice::test::Client client(port);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_until(start + i * std::chrono::microseconds(1'000'000 / kExchangesPerSecond));
    const auto reply = client.get(url);
    if (!reply || reply->status() != 200) return 0;
    if (i % 500 == 0) residentMax = std::max(residentMax, sluice::test::residentBytes(engine));
  }
  return residentMax;
}

bool says(Process& window, int rows) {
  const std::string line = "rows " + std::to_string(rows) + "\n";
  return eventually([&] { return window.output().find(line) != std::string::npos; });
}

// Between a window and its engine: passes everything on, until it cuts all connections; then nobody is answered until it goes on.
class Relay {
 public:
  explicit Relay(const std::filesystem::path& control) : real_(control.string() + ".real") {
    std::filesystem::rename(control, real_);
    server_.listen(QString::fromStdString(control.string()));
    QObject::connect(&server_, &QLocalServer::newConnection, &server_, [this] {
      if (!cut_) pass();
    });
  }
  void cut() {
    cut_ = true;
    pairs_.clear();
  }
  void goOn() {
    cut_ = false;
    while (server_.hasPendingConnections()) pass();
  }
  std::size_t connections() const { return passed_; }

 private:
  using Ends = std::pair<std::unique_ptr<QLocalSocket>, std::unique_ptr<QLocalSocket>>;

  void pass() {
    ++passed_;
    Ends ends{server_.nextPendingConnection(), std::make_unique<QLocalSocket>()};
    ends.first->setParent(nullptr);
    ends.second->connectToServer(QString::fromStdString(real_.string()));
    const auto join = [](QLocalSocket* from, QLocalSocket* to) {
      const auto forward = [from, to] { to->write(from->readAll()); };
      QObject::connect(from, &QLocalSocket::readyRead, to, forward);
      forward();
    };
    join(ends.first.get(), ends.second.get());
    join(ends.second.get(), ends.first.get());
    pairs_.push_back(std::move(ends));
  }

  const std::filesystem::path real_;
  std::vector<Ends> pairs_;
  QLocalServer server_;
  std::size_t passed_ = 0;
  bool cut_ = false;
};

}  // namespace

// Both the app itself and one that tells what it shows.
SLUICE_GUI_TEST(aStoppedWindowCostsTheEngineNothingAndMissesNothing) {
  const int count = seconds() * kExchangesPerSecond;
  const sluice::test::Origin origin;
  for (const std::string program : {TELLING_WINDOW_PROGRAM, SLUICE_PROGRAM}) {
    const bool tells = program == TELLING_WINDOW_PROGRAM;
    const sluice::test::TemporaryDirectory directory;
    listenOnAnyPort(directory.path());
    Process window(program, {"--data-dir", directory.path().string()});
    std::uint16_t port = 0;
    QVERIFY(eventually([&] { return (port = portOf(directory.path())) != 0; }));
    const auto owner = platform::engineOwner(directory.path());
    QVERIFY(owner.has_value());
    const auto engine = static_cast<std::int64_t>(owner->pid);
    // Long enough to fill the caches of SQLite, which grow with a window as without one.
    const auto before = exchange(port, origin.url("/bytes/100?before"), 2 * count, engine);
    QVERIFY(before > 0);
    QVERIFY(!tells || says(window, 2 * count));
    ::kill(static_cast<pid_t>(window.id()), SIGSTOP);
    const auto stopped = exchange(port, origin.url("/bytes/100?stopped"), count, engine);
    ::kill(static_cast<pid_t>(window.id()), SIGCONT);
    QVERIFY(stopped > 0);
    std::printf("the engine held %llu KiB before and %llu KiB at most while its window was stopped\n",
                static_cast<unsigned long long>(before / limits::kKiB), static_cast<unsigned long long>(stopped / limits::kKiB));
    QVERIFY(!sluice::test::kMemoryIsTelling || stopped < before + 32 * limits::kMiB);
    QVERIFY(!tells || says(window, 3 * count));
    window.terminate();
    QCOMPARE(window.wait(), std::optional(0));
  }
}

SLUICE_GUI_TEST(aWindowThatTheEngineLetGoOfAttachesAgainAndShowsWhatItMissed) {
  Workbench bench;
  Process engine(SLUICED_PROGRAM, {"--data-dir", bench.dataDir().string(), "--listen", "regular@127.0.0.1:0"});
  QVERIFY(engine.lineThatBegins("listening ").has_value());
  Relay relay(bench.dataDir() / "control.sock");
  QVERIFY(bench.openAndListen());
  QVERIFY(!bench.keeper().isOwn());
  const auto proxy = bench.proxyPort();
  bench.get("/bytes/1");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));

  relay.cut();
  QVERIFY(waitUntil([&] { return bench.keeper().state() != EngineState::Running; }));
  bench.inBackground([url = bench.origin().url("/bytes/2"), proxy] {
    for (int i = 0; i < 50; ++i) (void)sluice::test::Client(proxy).get(url);
  });
  bench.waitForClients();
  relay.goOn();
  QVERIFY(bench.waitForState(EngineState::Running));
  QVERIFY(relay.connections() >= 2);
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 51; }));
  // Nothing crashed, and nobody says so.
  QVERIFY(bench.window().banner().isHidden());
  bench.get("/bytes/3");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 52; }));
  bench.close();
  engine.terminate();
  QCOMPARE(engine.wait().value_or(-1), 0);
}
