// test_origin: the origin as a program. Prints its ports and serves until its standard input ends.
#include <unistd.h>

#include <cstdio>

#include "tests/support/origin/origin.h"

int main() {
  const sluice::test::Origin origin;
  std::printf("http %u https %u raw %u\n", origin.port(), origin.tlsPort(), origin.rawPort());
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}
