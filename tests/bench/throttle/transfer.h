// Transfers without end through the engine, and how true they are to a rate. One thread drives it; each connection has its own.
#pragma once

#include <cstdint>
#include <list>
#include <thread>
#include <vector>

#include "tests/bench/throttle/engine.h"
#include "tests/bench/throttle/far_end.h"

namespace sluice::bench {

// A connection through the proxy on which bytes can run. Ends the program when it cannot be opened.
Wire openThrough(asio::io_context& loop, std::uint16_t proxy, std::uint16_t target, Way way, Direction direction);
// A tunnel, for echoes.
Wire openEcho(asio::io_context& loop, std::uint16_t proxy, std::uint16_t target);

class Transfers {
 public:
  Transfers(std::uint16_t proxy, FarEnd& far, Way way, Direction direction, std::size_t count);
  ~Transfers() { finish(); }
  // Ends them; what came, for each connection.
  std::vector<Log> finish();

 private:
  asio::io_context loop_;
  FarEnd& far_;
  const Direction direction_;
  std::list<Wire> wires_;
  std::list<Log> logs_;
  std::list<std::thread> threads_;
};

struct Truth {
  double achieved = 0;     // of what was asked for, 1 is all
  double worstSecond = 0;  // how far any window of a second was off, as a share
  double unfair = 0;       // how far the share of any connection was off over any five seconds
};
Truth judge(const std::vector<Log>& logs, Clock::time_point begin, double seconds, double bytesPerSecond);

// Of all together, between two moments.
double bytesBetween(const std::vector<Log>& logs, Clock::time_point from, Clock::time_point to);

void sleepFor(double seconds);

}  // namespace sluice::bench
