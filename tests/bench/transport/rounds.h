// Measurements of programs that take turns: each in a process of its own, so that what it costs is what the system says of it,
// in alternating rounds, so that what disturbs the machine disturbs all of them. Linux.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sluice::bench {

struct Measured {
  double perSecond = 0;   // units that passed: messages, connections, bytes
  double cpuSecondsEach = 0;
};

// A program: `serve` runs in a child process and never returns by itself; `use` gives the units that passed while it ran. They
// meet on this listener.
struct Program {
  std::string name;
  std::function<void(int listener)> serve;
};
using Use = std::function<double(std::uint16_t port)>;

// A listener on a free port of 127.0.0.1, blocking. Ends the program when there is none.
int listenOnLoopback(bool reusePort = false, std::uint16_t port = 0);
std::uint16_t portOf(int listener);
int connectTo(std::uint16_t port);
bool sendAll(int socket, const char* bytes, std::size_t count);
bool receiveAll(int socket, char* into, std::size_t count);

// One round of one program.
Measured measure(const Program& program, const Use& use);

// Prints, for each program, the median of what it did, and its ratio to the one named `beside` in the same round: median, least, most.
void compare(const std::string& title, const std::string& unit, const std::vector<Program>& programs, const std::string& beside,
             int rounds, const Use& use);

}  // namespace sluice::bench
