// Two processes that serve one port: over one listener that both accept on, or over one each with SO_REUSEPORT.
#pragma once

namespace sluice::bench {

void compareAcceptors(int rounds, double seconds);

}  // namespace sluice::bench
