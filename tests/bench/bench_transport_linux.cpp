// What our transport costs beside a bare Asio program and a bare epoll program: messages of 1 KiB and of 64 KiB, echoed. What a
// tunnel costs with the kernel's pipes and without. What becomes of connections when two processes accept on one listener, or each on one
// of its own (SO_REUSEPORT). Every ratio is to a program of the same round. --rounds=N, --seconds=S.
//
// Goals: 0.9 x bare Asio for 1 KiB, 0.95 x for 64 KiB.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/bench/transport/acceptors.h"
#include "tests/bench/transport/echoes.h"
#include "tests/bench/transport/tunnels.h"

int main(int argc, char** argv) {
  int rounds = 7;
  double seconds = 0.7;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--rounds=")) rounds = std::atoi(argv[i] + 9);
    if (argument.starts_with("--seconds=")) seconds = std::atof(argv[i] + 10);
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  sluice::bench::compareEchoes(rounds, seconds);
  sluice::bench::compareTunnels(rounds, seconds);
  sluice::bench::compareAcceptors(rounds, seconds);
}
