// test_origin: the origin as a program. Prints its ports and serves until its standard input ends.
#include <cstdio>

#include "tests/support/origin/origin.h"

int main() {
  const sluice::test::Origin origin;
  std::printf("http %u https %u raw %u\n", origin.port(), origin.tlsPort(), origin.rawPort());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
