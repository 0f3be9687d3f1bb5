#include "tests/bench/throttle/transfer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace sluice::bench {
namespace {

using asio::ip::tcp;
using namespace std::string_literals;

Wire connectTo(asio::io_context& loop, std::uint16_t port) {
  tcp::socket socket(loop);
  socket.connect({asio::ip::address_v4::loopback(), port});
  socket.set_option(tcp::no_delay(true));
  return Wire(std::move(socket));
}

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench_throttle: %s failed\n", what);
  std::exit(1);
}

Wire openTunnel(asio::io_context& loop, std::uint16_t proxy, std::uint16_t target) {
  auto wire = connectTo(loop, proxy);
  const auto name = "127.0.0.1:" + std::to_string(target);
  must(wire.write("CONNECT " + name + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n"), "CONNECT");
  must(wire.readHead().starts_with("HTTP/1.1 200 "), "CONNECT");
  return wire;
}

Clock::duration seconds(double value) { return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(value)); }

// Sums of bytes up to each read, so that any window is two look-ups.
class Sums {
 public:
  explicit Sums(Log reads) : reads_(std::move(reads)) {
    std::sort(reads_.begin(), reads_.end(), [](const Came& a, const Came& b) { return a.at < b.at; });
    std::uint64_t sum = 0;
    for (Came& each : reads_) each.bytes = sum += each.bytes;
  }
  double between(Clock::time_point from, Clock::time_point to) const { return upTo(to) - upTo(from); }

 private:
  double upTo(Clock::time_point time) const {
    const auto after = std::upper_bound(reads_.begin(), reads_.end(), time, [](auto at, const Came& each) { return at < each.at; });
    return after == reads_.begin() ? 0 : static_cast<double>(std::prev(after)->bytes);
  }
  Log reads_;
};

Log together(const std::vector<Log>& logs) {
  Log all;
  for (const Log& each : logs) all.insert(all.end(), each.begin(), each.end());
  return all;
}

}  // namespace

void sleepFor(double value) { std::this_thread::sleep_for(seconds(value)); }

Wire openEcho(asio::io_context& loop, std::uint16_t proxy, std::uint16_t target) {
  auto wire = openTunnel(loop, proxy, target);
  must(wire.write("\0e"s), "a tunnel");
  return wire;
}

Wire openThrough(asio::io_context& loop, std::uint16_t proxy, std::uint16_t target, Way way, Direction direction) {
  const std::string host = "127.0.0.1:" + std::to_string(target);
  const bool down = direction == Direction::Down;
  const std::string url = way == Way::Plain ? "http://" + host + "/" : "/";
  const std::string request = (down ? "GET " + url + " HTTP/1.1\r\n" : "POST " + url + " HTTP/1.1\r\nContent-Length: 900000000000000\r\n") +
                              "Host: " + host + "\r\n\r\n";
  auto wire = way == Way::Plain ? connectTo(loop, proxy) : openTunnel(loop, proxy, target);
  if (way == Way::Tls) must(wire.secureAsClient(), "the TLS handshake");
  must(wire.write(way == Way::Tunnel ? (down ? "\0d"s : "\0u"s) : request), "the request");
  return wire;
}

Transfers::Transfers(std::uint16_t proxy, FarEnd& far, Way way, Direction direction, std::size_t count)
    : far_(far), direction_(direction) {
  for (std::size_t i = 0; i < count; ++i) {
    Wire& wire = wires_.emplace_back(openThrough(loop_, proxy, far.port(), way, direction));
    Log& log = logs_.emplace_back();
    threads_.emplace_back([&wire, &log, direction] { direction == Direction::Down ? readWithoutEnd(wire, log) : sendWithoutEnd(wire); });
  }
}

std::vector<Log> Transfers::finish() {
  for (Wire& wire : wires_) wire.shutDown();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  for (Wire& wire : wires_) wire.reset();
  wires_.clear();
  auto far = far_.finish();
  if (direction_ == Direction::Up) return {std::make_move_iterator(far.begin()), std::make_move_iterator(far.end())};
  return {logs_.begin(), logs_.end()};
}

double bytesBetween(const std::vector<Log>& logs, Clock::time_point from, Clock::time_point to) {
  return Sums(together(logs)).between(from, to);
}

Truth judge(const std::vector<Log>& logs, Clock::time_point begin, double length, double bytesPerSecond) {
  const auto at = [&](double offset) { return begin + seconds(offset); };
  const Sums all(together(logs));
  Truth truth;
  truth.achieved = all.between(begin, at(length)) / bytesPerSecond / length;
  for (double from = 0; from + 1 <= length + 0.001; from += 0.1) {
    truth.worstSecond = std::max(truth.worstSecond, std::abs(all.between(at(from), at(from + 1)) / bytesPerSecond - 1));
  }
  const double window = std::min(5.0, length);
  for (const Log& log : logs) {
    const Sums one(log);
    for (double from = 0; from + window <= length + 0.001; from += window) {
      const double fair = all.between(at(from), at(from + window)) / static_cast<double>(logs.size());
      const double share = one.between(at(from), at(from + window));
      truth.unfair = std::max(truth.unfair, fair > 0 ? std::abs(share / fair - 1) : 1);
    }
  }
  return truth;
}

}  // namespace sluice::bench
