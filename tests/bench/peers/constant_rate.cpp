// Asks for one page at a constant rate, evenly spread, over connections that are kept: constant_rate PORT PATH RATE CONNECTIONS
// SECONDS. A request that is due while every connection is busy waits for one, and that counts: times are from when it was due, so that
// a proxy which stops for a moment cannot hide what that costs. Prints one line of JSON; times are in microseconds.
#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using asio::ip::tcp;
using Steady = std::chrono::steady_clock;

struct Asked {
  tcp::endpoint server;
  std::string request;
  Steady::duration between{};
  std::size_t connections = 0;
  std::size_t requests = 0;
};

class Load {
 public:
  explicit Load(const Asked& asked) : asked_(asked) {
    for (std::size_t i = 0; i < asked.connections; ++i) connect(*clients_.emplace_back(std::make_unique<Client>(loop_)));
  }

  void run() {
    begun_ = Steady::now();
    waitForNext();
    loop_.run();
  }

  // After run().
  void print() {
    std::sort(times_.begin(), times_.end());
    const auto share = [this](double part) { return times_.empty() ? 0 : times_[std::size_t(double(times_.size() - 1) * part)]; };
    std::printf(R"({"requests": %zu, "errors": %zu, "p50_us": %lld, "p99_us": %lld, "p999_us": %lld})" "\n", times_.size(), errors_,
                share(0.5), share(0.99), share(0.999));
  }

 private:
  struct Client {
    explicit Client(asio::io_context& loop) : socket(loop) {}
    tcp::socket socket;
    std::string received;
    Steady::time_point due;
  };

  void connect(Client& client) {
    client.socket.connect(asked_.server);
    client.socket.set_option(tcp::no_delay(true));
    free_.push_back(&client);
  }

  void waitForNext() {
    if (due_ == asked_.requests) return;
    timer_.expires_at(begun_ + asked_.between * due_);
    timer_.async_wait([this](const std::error_code&) {
      for (const auto now = Steady::now(); due_ < asked_.requests && begun_ + asked_.between * due_ <= now; ++due_) {
        waiting_.push_back(begun_ + asked_.between * due_);
      }
      ask();
      waitForNext();
    });
  }

  void ask() {
    while (!waiting_.empty() && !free_.empty()) {
      Client& client = *free_.front();
      free_.pop_front();
      client.due = waiting_.front();
      waiting_.pop_front();
      asio::async_write(client.socket, asio::buffer(asked_.request), [](const std::error_code&, std::size_t) {});
      asio::async_read_until(client.socket, asio::dynamic_buffer(client.received), "\r\n\r\n",
                             [this, &client](const std::error_code& error, std::size_t head) { headCame(client, error, head); });
    }
  }

  void headCame(Client& client, const std::error_code& error, std::size_t headBytes) {
    std::string head = client.received.substr(0, headBytes);
    std::transform(head.begin(), head.end(), head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    constexpr std::string_view kLength = "\r\ncontent-length: ";
    const auto at = head.find(kLength);
    if (error || !head.starts_with("http/1.1 200 ") || at == std::string::npos) return failed(client);
    std::size_t body = 0;
    std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), body);
    const std::size_t whole = headBytes + body;
    const std::size_t missing = whole - std::min(whole, client.received.size());
    asio::async_read(client.socket, asio::dynamic_buffer(client.received), asio::transfer_exactly(missing),
                     [this, &client](const std::error_code& cut, std::size_t) { cut ? failed(client) : answered(client); });
  }

  void answered(Client& client) {
    times_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - client.due).count());
    client.received.clear();
    free_.push_back(&client);
    ask();
  }

  void failed(Client& client) {
    ++errors_;
    client.received.clear();
    client.socket = tcp::socket(loop_);
    connect(client);
    ask();
  }

  const Asked& asked_;
  asio::io_context loop_{1};
  asio::steady_timer timer_{loop_};
  std::vector<std::unique_ptr<Client>> clients_;
  std::deque<Client*> free_;
  std::deque<Steady::time_point> waiting_;  // when they were due
  Steady::time_point begun_;
  std::size_t due_ = 0;  // requests so far
  std::size_t errors_ = 0;
  std::vector<long long> times_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6) return std::fputs("usage: constant_rate PORT PATH RATE CONNECTIONS SECONDS\n", stderr), 2;
  const auto rate = std::stod(argv[3]);
  Asked asked;
  asked.server = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(argv[1]))};
  asked.request = std::string("GET ") + argv[2] + " HTTP/1.1\r\nHost: 127.0.0.1:" + argv[1] + "\r\n\r\n";
  asked.between = std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(1 / rate));
  asked.connections = std::stoul(argv[4]);
  asked.requests = static_cast<std::size_t>(rate * std::stod(argv[5]));
  Load load(asked);
  load.run();
  load.print();
} catch (const std::exception& error) {
  std::fprintf(stderr, "constant_rate: %s\n", error.what());
  return 1;
}
