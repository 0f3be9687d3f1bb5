// Which addresses lead back to this proxy: those of its listeners, in every form in which they can be reached. What is asked
// is an address as the resolver gives it, so that it does not matter how the target was spelt or by which way it came.
// The control endpoint is a socket of the file system (a named pipe on Windows) and cannot be reached over TCP. Loop thread only.
#pragma once

#include <asio/ip/tcp.hpp>
#include <vector>

namespace sluice::engine {

class OwnAddresses {
 public:
  // As bound: with its port.
  void add(const asio::ip::tcp::endpoint& listener) { listeners_.push_back(listener); }

  // Whether connecting there would reach a listener of ours. A listener on 127.0.0.1 owns its port on all of 127/8: whoever
  // names another of these addresses with our port means us.
  bool leadHere(const asio::ip::tcp::endpoint& target) const;

 private:
  std::vector<asio::ip::tcp::endpoint> listeners_;
};

}  // namespace sluice::engine
