#include "tests/gui/support/workbench.h"

#include "app/gui/preferences/preferences.h"
#include "platform/engine_owner.h"
#include "tests/gui/support/application.h"
#include "tests/support/process.h"
#include "tests/support/wire/client.h"

namespace sluice::gui::test {

class Workbench::Tunnel {
 public:
  Tunnel(std::uint16_t proxyPort, const std::string& target) : client_(proxyPort) {
    (void)(client_.tunnel(target) && client_.write("echo\n"));
  }

 private:
  sluice::test::Client client_;
};

Workbench::Parts::Parts(const EngineKeeper::Options& options)
    : settings(QString::fromStdU16String((options.dataDir / "app.ini").u16string()), QSettings::IniFormat),
      tableHistory(options.dataDir, QStringLiteral("table-history")),
      inspectorHistory(options.dataDir, QStringLiteral("inspector-history")),
      sourcesHistory(options.dataDir, QStringLiteral("sources-history")),
      keeper(options) {
  window = std::make_unique<MainWindow>(MainWindow::Parts{tableHistory, inspectorHistory, sourcesHistory, keeper, settings});
}

Workbench::Workbench() {
  options.dataDir = directory_.path();
  options.program = QStringLiteral(SLUICED_PROGRAM);
  options.listen = {QStringLiteral("regular@127.0.0.1:0")};
}

Workbench::~Workbench() {
  tunnels_.clear();
  waitForClients();
  close();
}

void Workbench::open() {
  parts_ = std::make_unique<Parts>(options);
  parts_->keeper.setKeeping(keepingOptions(parts_->settings) + engineOptions);
  parts_->window->open();
}

void Workbench::close() {
  if (parts_ == nullptr) return;
  bool closed = false;
  QObject::connect(parts_->window.get(), &MainWindow::closed, parts_->window.get(), [&closed] { closed = true; });
  parts_->window->close();
  if (!waitUntil([&closed] { return closed; })) qWarning("the window did not close");
  parts_.reset();
}

bool Workbench::waitForState(EngineState state) {
  return waitUntil([this, state] { return keeper().state() == state; });
}

bool Workbench::openAndListen() {
  open();
  return waitForState(EngineState::Running);
}

std::uint16_t Workbench::proxyPort() const {
  return std::uint16_t(parts_->keeper.listeners().value(0).section(u':', -1).toUInt());
}

QString Workbench::controlAddress() const {
  const auto owner = platform::engineOwner(options.dataDir);
  return owner ? QString::fromStdString(owner->controlAddress) : QString();
}

void Workbench::get(const std::string& path) { getUrl(origin_.url(path)); }

void Workbench::getUrl(const std::string& url) {
  inBackground([port = proxyPort(), url] { (void)sluice::test::Client(port).get(url); });
}

void Workbench::inBackground(std::function<void()> work) {
  clients_.push_back(std::async(std::launch::async, std::move(work)));
}

void Workbench::openTunnel() {
  tunnels_.push_back(std::make_unique<Tunnel>(proxyPort(), "127.0.0.1:" + std::to_string(origin_.rawPort())));
}

void Workbench::killEngine() { sluice::test::killProcess(keeper().ownPid()); }

void Workbench::waitForClients() {
  for (auto& client : clients_) {
    while (client.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready)
      QCoreApplication::processEvents();
  }
  clients_.clear();
}

}  // namespace sluice::gui::test
