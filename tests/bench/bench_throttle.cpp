// How true a limited link is to its rate: receivers that time-stamp their reads, behind a worker with a network profile. For each
// rate, number of connections and way it prints what was achieved of what was asked, the worst second after the first, how far
// shares were from fair, and the processor time that the whole process took (sender and receivers included).
//
//   bench_throttle [SECONDS]
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/worker.h"
#include "tests/support/engine/proxy.h"

namespace {

using namespace sluice;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

enum class Way { HttpDown, TunnelDown, TunnelUp };
constexpr const char* kWays[] = {"http down", "tunnel down", "tunnel up"};

struct Read {
  double at;  // seconds since the start
  std::size_t bytes;
};

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Run {
  Clock::time_point start = Clock::now();
  std::atomic<bool> over = false;
};

std::vector<Read> receive(tcp::socket& socket, const Run& run) {
  std::vector<Read> reads;
  std::vector<char> buffer(1 << 20);
  std::error_code code;
  while (!run.over) {
    const auto count = socket.read_some(asio::buffer(buffer), code);
    if (code) break;
    reads.push_back({secondsSince(run.start), count});
  }
  return reads;
}

void sendWithoutEnd(tcp::socket& socket) {
  const std::string piece(1 << 18, 's');
  std::error_code code;
  while (!code) asio::write(socket, asio::buffer(piece), code);
}

// One far end for each connection: sends without end, or receives.
class Server {
 public:
  Server(Way way, const Run& run) : way_(way), run_(run) {
    port = acceptor_.local_endpoint().port();
  }
  void join() {
    for (auto& thread : threads_) thread.join();
  }
  void accept() {
    auto socket = std::make_shared<tcp::socket>(acceptor_.accept());
    const std::size_t index = reads.size();
    reads.emplace_back();
    threads_.emplace_back([this, socket, index] { serve(*socket, index); });
  }

  std::uint16_t port = 0;
  std::deque<std::vector<Read>> reads;

 private:
  void serve(tcp::socket& socket, std::size_t index) {
    if (way_ == Way::TunnelUp) {
      reads[index] = receive(socket, run_);
      return;
    }
    if (way_ == Way::HttpDown) {
      std::string head;
      asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n");
      asio::write(socket, asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 900000000000000\r\n\r\n")));
    }
    sendWithoutEnd(socket);
  }

  Way way_;
  const Run& run_;
  asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
  std::vector<std::thread> threads_;
};

tcp::socket connectThrough(asio::io_context& loop, std::uint16_t proxy, Way way, std::uint16_t server) {
  tcp::socket socket(loop);
  socket.connect({asio::ip::address_v4::loopback(), proxy});
  const std::string target = "127.0.0.1:" + std::to_string(server);
  const bool http = way == Way::HttpDown;
  asio::write(socket, asio::buffer((http ? "GET http://" + target + "/ HTTP/1.1\r\nHost: x\r\n\r\n"
                                         : "CONNECT " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")));
  if (!http) {
    std::string answer;
    asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n");
  }
  return socket;
}

// Of the seconds from `begin` on, when every connection stood.
void print(Way way, std::uint64_t rate, const std::vector<std::vector<Read>>& all, double begin, double seconds, double cpu) {
  const double end = begin + seconds;
  std::vector<Read> reads;
  std::vector<double> shares;
  for (const auto& each : all) {
    double share = 0;
    for (const Read& read : each) {
      reads.push_back(read);
      if (read.at > begin && read.at <= end) share += static_cast<double>(read.bytes);
    }
    shares.push_back(share);
  }
  std::sort(reads.begin(), reads.end(), [](const Read& a, const Read& b) { return a.at < b.at; });
  const auto between = [&](double from, double to) {
    double bytes = 0;
    for (const Read& read : reads) {
      if (read.at > from && read.at <= to) bytes += static_cast<double>(read.bytes);
    }
    return bytes;
  };
  const auto asked = static_cast<double>(rate);
  double worst = 0;
  for (double from = begin; from + 1 <= end; from += 0.1) worst = std::max(worst, std::abs(between(from, from + 1) / asked - 1));
  double fair = 0;
  for (const double share : shares) fair += share / static_cast<double>(shares.size());
  double unfair = 0;
  for (const double share : shares) unfair = std::max(unfair, fair > 0 ? std::abs(share / fair - 1) : 1);
  std::printf("%-12s %12llu %4zu   %8.2f %%   %8.2f %%   %8.2f %%   %7.1f %%\n", kWays[static_cast<int>(way)],
              static_cast<unsigned long long>(rate), all.size(), 100 * between(begin, end) / asked / seconds, 100 * worst,
              100 * unfair, 100 * cpu / seconds);
  std::fflush(stdout);
}

void measureRate(Way way, std::uint64_t rate, std::size_t count, double seconds) {
  engine::WorkerSettings settings;
  settings.capture = false;
  (way == Way::TunnelUp ? settings.profile.up : settings.profile.down).rate = {rate};
  test::Proxy proxy(settings);
  Run run;
  Server server(way, run);
  asio::io_context loop;
  std::deque<tcp::socket> clients;
  std::vector<std::vector<Read>> reads(count);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(connectThrough(loop, proxy.port, way, server.port));
    if (way == Way::TunnelUp) asio::write(clients.back(), asio::buffer("x", 1));  // what is tunnelled connects
    server.accept();
    threads.emplace_back([&, i] {
      if (way == Way::TunnelUp) {
        sendWithoutEnd(clients[i]);
      } else {
        reads[i] = receive(clients[i], run);
        clients[i].close();
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));  // the first second is not asked about
  const double begin = secondsSince(run.start);
  const auto cpu = std::clock();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const double used = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  run.over = true;
  for (auto& thread : threads) thread.join();
  server.join();
  if (way == Way::TunnelUp) reads.assign(server.reads.begin(), server.reads.end());
  proxy.stop();
  print(way, rate, reads, begin, seconds, used);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 5;
  std::printf("way             bytes/s   connections  achieved  worst second     unfair         CPU\n");
  for (const Way way : {Way::HttpDown, Way::TunnelDown, Way::TunnelUp}) {
    for (const std::uint64_t rate : {8'000ull, 200'000ull, 5'000'000ull, 50'000'000ull, 500'000'000ull}) {
      for (const std::size_t count : {1u, 4u, 16u}) measureRate(way, rate, count, seconds);
    }
  }
  return 0;
}
