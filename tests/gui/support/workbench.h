// The whole app on a data directory of its own, with a real engine on a free port, a real origin behind it and a client
// before it. GUI thread.
#pragma once

#include <QSettings>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include <vector>

#include "app/gui/window/main_window.h"
#include "tests/support/origin/origin.h"
#include "tests/support/temporary_directory.h"

namespace sluice::gui::test {

class Workbench {
 public:
  Workbench();
  // Closes the window and waits for its engine to end.
  ~Workbench();

  // The window and all that main() makes for it. May be closed and opened again: settings and history stay.
  void open();
  void close();
  // Opened, and its engine listens.
  bool openAndListen();
  bool waitForState(EngineState state);

  MainWindow& window() { return *parts_->window; }
  EngineKeeper& keeper() { return parts_->keeper; }
  QSettings& settings() { return parts_->settings; }
  sluice::test::Origin& origin() { return origin_; }
  const std::filesystem::path& dataDir() const { return options.dataDir; }
  std::uint16_t proxyPort() const;
  // Of the engine, for another program.
  QString controlAddress() const;

  // Sends a GET for this path of the origin through the proxy, on a thread of its own.
  void get(const std::string& path);
  void getUrl(const std::string& url);
  // Runs on a thread of its own.
  void inBackground(std::function<void()> work);
  // A tunnel to the origin's echo port that stays open until the workbench goes.
  void openTunnel();
  // Handles events until all of these threads have ended.
  void waitForClients();
  // As a crash does it: no drain, no last words.
  void killEngine();

  EngineKeeper::Options options;  // change before open()
  QStringList engineOptions;      // further ones, likewise

 private:
  struct Parts {
    explicit Parts(const EngineKeeper::Options& options);
    QSettings settings;
    History tableHistory, inspectorHistory, sourcesHistory;
    EngineKeeper keeper;
    std::unique_ptr<MainWindow> window;
  };

  sluice::test::TemporaryDirectory directory_;
  sluice::test::Origin origin_;
  std::unique_ptr<Parts> parts_;
  std::vector<std::future<void>> clients_;
  class Tunnel;
  std::vector<std::unique_ptr<Tunnel>> tunnels_;
};

}  // namespace sluice::gui::test
