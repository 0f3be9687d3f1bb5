#include "tests/bench/transport/rounds.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace sluice::bench {
namespace {

void must(bool held, const char* what) {
  if (held) return;
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

struct Spread {
  explicit Spread(std::vector<double> of) : values(std::move(of)) { std::sort(values.begin(), values.end()); }
  double median() const { return values[values.size() / 2]; }
  std::vector<double> values;
};

}  // namespace

int listenOnLoopback(bool reusePort, std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  const auto address = loopback(port);
  if (reusePort) setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  must(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
  must(listen(listener, SOMAXCONN) == 0, "listen");
  return listener;
}

std::uint16_t portOf(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int connectTo(std::uint16_t port) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  must(connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
  const int yes = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return client;
}

bool sendAll(int socket, const char* bytes, std::size_t count) {
  while (count > 0) {
    const auto sent = send(socket, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receiveAll(int socket, char* into, std::size_t count) {
  while (count > 0) {
    const auto came = recv(socket, into, count, 0);
    if (came <= 0) return false;
    into += came;
    count -= static_cast<std::size_t>(came);
  }
  return true;
}

Measured measure(const Program& program, const Use& use) {
  const int listener = listenOnLoopback();
  const auto port = portOf(listener);
  const pid_t child = fork();
  if (child == 0) {
    program.serve(listener);
    _exit(0);
  }
  close(listener);
  const auto begin = std::chrono::steady_clock::now();
  const double units = use(port);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  kill(child, SIGKILL);
  rusage spent{};
  wait4(child, nullptr, 0, &spent);
  return {units / took.count(), (seconds(spent.ru_utime) + seconds(spent.ru_stime)) / units};
}

void compare(const std::string& title, const std::string& unit, const std::vector<Program>& programs, const std::string& beside,
             int rounds, const Use& use) {
  std::vector<std::vector<Measured>> all(programs.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      const auto which = (i + static_cast<std::size_t>(round)) % programs.size();  // nobody always follows the same one
      all[which].push_back(measure(programs[which], use));
    }
  }
  const auto base = static_cast<std::size_t>(
      std::find_if(programs.begin(), programs.end(), [&](const Program& each) { return each.name == beside; }) - programs.begin());
  std::printf("\n%s, %d rounds\n", title.c_str(), rounds);
  for (std::size_t i = 0; i < programs.size(); ++i) {
    std::vector<double> rates, costs, rateRatios, costRatios;
    for (std::size_t round = 0; round < all[i].size(); ++round) {
      rates.push_back(all[i][round].perSecond);
      costs.push_back(all[i][round].cpuSecondsEach);
      rateRatios.push_back(all[i][round].perSecond / all[base][round].perSecond);
      costRatios.push_back(all[i][round].cpuSecondsEach / all[base][round].cpuSecondsEach);
    }
    const Spread rate(rateRatios), cost(costRatios);
    std::printf("  %-22s %12.0f %s/s  %.2f x %s (%.2f to %.2f)   CPU %9.3f us each  %.2f x (%.2f to %.2f)\n", programs[i].name.c_str(),
                Spread(rates).median(), unit.c_str(), rate.median(), beside.c_str(), rate.values.front(), rate.values.back(),
                Spread(costs).median() * 1e6, cost.median(), cost.values.front(), cost.values.back());
  }
}

}  // namespace sluice::bench
