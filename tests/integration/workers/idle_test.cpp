// What a connection costs while nothing passes: little memory, no time, no pipe. Counted, so a busy machine changes nothing.
// --tunnels=10000 --clients=10000 are what the numbers printed are best taken from.
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include "platform/process.h"
#include "tests/integration/workers/status.h"
#include "tests/support/engine_process.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using asio::ip::tcp;

namespace {

// With room for what the process as a whole comes to meanwhile.
constexpr std::uint64_t kBytesEachTunnel = 7 * 1024;
constexpr std::uint64_t kBytesEachClient = 5 * 1024;

// How many there shall be, with room for this process to hold both ends of each.
std::size_t numberOf(std::string_view what, std::size_t usual) {
  const std::size_t count = std::stoull(option(what, std::to_string(usual)));
  platform::prepareServerProcess();
  return count;
}

std::uint64_t cpuTicks(std::int64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::uint64_t user = 0, system = 0;
  fields >> user >> system;
  return user + system;
}

std::size_t handles(std::int64_t process) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// A whole half second of no work at all, sooner or later.
bool comesToRest(std::int64_t process) {
  return eventually([process] {
    const auto before = cpuTicks(process);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return cpuTicks(process) == before;
  });
}

struct Crowd {
  explicit Crowd(const EngineProcess& engine) : proxy(asio::ip::address_v4::loopback(), engine.port()) {}

  tcp::socket& connect() {
    near.emplace_back(loop);
    near.back().connect(proxy);
    return near.back();
  }
  // A tunnel through which something has gone both ways, more of it than one block holds.
  bool openTunnel() {
    auto& client = connect();
    const std::string target = "127.0.0.1:" + std::to_string(server.local_endpoint().port());
    asio::write(client, asio::buffer("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n"));
    std::string head;
    asio::read_until(client, asio::dynamic_buffer(head), "\r\n\r\n");
    far.emplace_back(server.accept());
    std::string question(100, '\1'), answer(40000, 'x');
    asio::write(client, asio::buffer(question));
    asio::read(far.back(), asio::buffer(question));
    asio::write(far.back(), asio::buffer(answer));
    return head.find(" 200 ") != std::string::npos && asio::read(client, asio::buffer(answer)) == answer.size();
  }

  asio::io_context loop;
  tcp::endpoint proxy;
  tcp::acceptor server{loop, {asio::ip::address_v4::loopback(), 0}};
  std::vector<tcp::socket> near, far;
};

}  // namespace

SLUICE_TEST(idleTunnelsHoldLittleAndDoNothing) {
  EngineProcess engine(withWorkers(1, {"--intercept", "off", "--capture", "off"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  Crowd crowd(engine);
  for (int i = 0; i < 20; ++i) QVERIFY(crowd.openTunnel());
  const std::size_t tunnels = numberOf("tunnels", 300);
  const auto worker = childrenOf(engine.process().id()).front();
  QVERIFY(comesToRest(worker));
  const auto bytesBefore = residentBytes(worker);
  const auto handlesBefore = handles(worker);
  for (std::size_t i = 0; i < tunnels; ++i) QVERIFY(crowd.openTunnel());
  QVERIFY(comesToRest(worker));
  const auto each = (residentBytes(worker) - bytesBefore) / tunnels;
  std::printf("%llu bytes a tunnel\n", static_cast<unsigned long long>(each));
  QVERIFY2(!kMemoryIsTelling || each <= kBytesEachTunnel, std::to_string(each).c_str());
  // Two sockets; a pipe would be two more.
  QVERIFY(handles(worker) <= handlesBefore + 2 * tunnels + 20);
}

SLUICE_TEST(idleConnectionsHoldLittleAndDoNothing) {
  EngineProcess engine(withWorkers(1, {"--capture", "off"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  Crowd crowd(engine);
  for (int i = 0; i < 20; ++i) crowd.connect();
  QVERIFY(eventually([&] { return statusOf(engine, "openConnections") == 20; }));
  const std::size_t clients = numberOf("clients", 600);
  const auto worker = childrenOf(engine.process().id()).front();
  QVERIFY(comesToRest(worker));
  const auto bytesBefore = residentBytes(worker);
  for (std::size_t i = 0; i < clients; ++i) crowd.connect();
  QVERIFY(eventually([&] { return statusOf(engine, "openConnections") == 20 + clients; }));
  QVERIFY(comesToRest(worker));
  const auto each = (residentBytes(worker) - bytesBefore) / clients;
  std::printf("%llu bytes a connection\n", static_cast<unsigned long long>(each));
  QVERIFY2(!kMemoryIsTelling || each <= kBytesEachClient, std::to_string(each).c_str());
}
