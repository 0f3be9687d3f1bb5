// Any bytes as the decisions of a peer that means harm: what it writes into the socket, the queue and the segments of a
// port, and when.
#include <cstdio>
#include <cstdlib>

#include "core/base/assert.h"
#include "tests/support/port/hostile_peer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sluice::setBugsAreFatal(true);
  sluice::test::Choices choices(std::as_bytes(std::span(data, size)));
  const std::string fault = sluice::test::meetHostilePeer(choices);
  if (!fault.empty()) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    std::abort();
  }
  return 0;
}
