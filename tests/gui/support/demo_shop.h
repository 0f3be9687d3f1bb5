// A small made-up shop for screenshots: pages, pictures, an API with its usual troubles. Serves on loopback on a thread
// of its own. The answers take the time that they say, so that the pictures show something of it.
#pragma once

#include <QThread>
#include <cstdint>

namespace sluice::gui::test {

class DemoShop {
 public:
  DemoShop();
  ~DemoShop();
  DemoShop(const DemoShop&) = delete;
  DemoShop& operator=(const DemoShop&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  QThread thread_;
  std::uint16_t port_ = 0;
};

}  // namespace sluice::gui::test
