// Programs that send back what they receive: on our transport, on bare Asio, on bare epoll.
#pragma once

namespace sluice::bench {

void compareEchoes(int rounds, double seconds);

}  // namespace sluice::bench
