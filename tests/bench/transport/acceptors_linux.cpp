#include "tests/bench/transport/acceptors.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "platform/net/listener.h"
#include "tests/bench/transport/rounds.h"

namespace sluice::bench {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr auto kHeldUp = std::chrono::milliseconds(20);  // what a worker does now and then: a handshake, a large body, a full disk
constexpr int kEvery = 200;                              // connections between two such pauses
constexpr std::size_t kClients = 8;                      // who connect at the same time

// Answers every connection with its own letter, as our workers accept. One of the two is held up now and then.
void serve(int listener, char letter, bool heldUp) {
  asio::io_context loop(1);
  auto acceptor = net::Acceptor::takeOver(loop, {}, platform::OwnedHandle(listener)).value();
  int count = 0;
  const std::function<void()> accept = [&] {
    acceptor->accept([&](const std::error_code& code, tcp::socket socket) {
      if (heldUp && ++count % kEvery == 0) std::this_thread::sleep_for(kHeldUp);
      std::error_code ignored;
      if (!code) asio::write(socket, asio::buffer(&letter, 1), ignored);
      accept();
    });
  };
  accept();
  loop.run();
}

struct Served {
  double perSecond = 0;
  double cpuUsEach = 0;
  double shareOfFirst = 0;
  double lateInThousand = 0;  // waited for half a pause or longer
};

// One client after the other connects, hears its letter and goes.
struct Counted {
  double connections = 0;
  double ofFirst = 0;
  double late = 0;

  void run(std::uint16_t port, Clock::time_point end) {
    while (Clock::now() < end) {
      const auto asked = Clock::now();
      const int client = connectTo(port);
      char letter = 0;
      receiveAll(client, &letter, 1);
      close(client);
      ++connections;
      ofFirst += letter == 'a' ? 1 : 0;
      late += Clock::now() - asked >= kHeldUp / 2 ? 1 : 0;
    }
  }
};

enum class Listening : bool { Shared, Each };

Served measureAccepting(Listening how, double seconds) {
  const int first = listenOnLoopback(how == Listening::Each);
  const auto port = portOf(first);
  const int second = how == Listening::Each ? listenOnLoopback(true, port) : first;
  std::array<pid_t, 2> children{};
  for (std::size_t i = 0; i < children.size(); ++i) {
    children[i] = fork();
    if (children[i] != 0) continue;
    if (second != first) close(i == 0 ? second : first);
    serve(i == 0 ? first : second, i == 0 ? 'a' : 'b', i == 0);
    _exit(0);
  }
  close(first);
  if (second != first) close(second);
  Served served;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::array<Counted, kClients> clients;
  std::vector<std::thread> threads;
  for (auto& each : clients) threads.emplace_back([&each, port, end] { each.run(port, end); });
  for (auto& thread : threads) thread.join();
  double connections = 0;
  for (const auto& each : clients) {
    connections += each.connections;
    served.shareOfFirst += each.ofFirst;
    served.lateInThousand += 1000 * each.late;
  }
  served.shareOfFirst /= connections;
  served.lateInThousand /= connections;
  served.perSecond = connections / std::chrono::duration<double>(Clock::now() - begin).count();
  for (const pid_t child : children) {
    rusage spent{};
    kill(child, SIGKILL);
    wait4(child, nullptr, 0, &spent);
    const auto cpu = static_cast<double>(spent.ru_utime.tv_sec + spent.ru_stime.tv_sec) * 1e6 +
                     static_cast<double>(spent.ru_utime.tv_usec + spent.ru_stime.tv_usec);
    served.cpuUsEach += cpu / connections;
  }
  return served;
}

}  // namespace

void compareAcceptors(int rounds, double seconds) {
  std::printf("\nTwo processes on one port, one of them held up for %d ms after every %d connections of its own; medians of %d rounds\n",
              static_cast<int>(kHeldUp.count()), kEvery, rounds);
  for (const auto how : {Listening::Shared, Listening::Each}) {
    std::vector<double> rates, costs, shares, late;
    for (int round = 0; round < rounds; ++round) {
      const auto served = measureAccepting(how, seconds);
      rates.push_back(served.perSecond);
      costs.push_back(served.cpuUsEach);
      shares.push_back(served.shareOfFirst);
      late.push_back(served.lateInThousand);
    }
    const auto median = [](std::vector<double>& values) {
      std::sort(values.begin(), values.end());
      return values[values.size() / 2];
    };
    std::printf("  %-22s %8.0f connections/s   CPU %6.1f us each   %3.0f %% at the one that is held up   %4.1f of 1000 waited for it\n",
                how == Listening::Shared ? "shared listener" : "SO_REUSEPORT", median(rates), median(costs), 100 * median(shares),
                median(late));
  }
}

}  // namespace sluice::bench
