// The engine's tunnel between two sockets: through pipes of the kernel (splice), and through memory.
#pragma once

namespace sluice::bench {

void compareTunnels(int rounds, double seconds);

}  // namespace sluice::bench
