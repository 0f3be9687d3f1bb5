// Of systems whose sendFile() takes what there is room for by itself: Linux, macOS, FreeBSD.
#include "platform/net/transmit_file.h"

#include "core/base/assert.h"

namespace sluice::net {

IoResult transmitFile(asio::ip::tcp::socket&, std::intptr_t, std::uint64_t, std::size_t, Side, Transmitted) {
  SLUICE_BUG(true);
  return IoResult::wouldBlock();
}

}  // namespace sluice::net
