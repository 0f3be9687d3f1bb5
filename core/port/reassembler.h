// Puts fragments of messages together again, by stream and sender. Loop thread only. Limits: bytes and number of the
// messages that are begun.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/port/wire.h"
#include "platform/port_socket.h"

namespace sluice::port {

using Handles = std::array<platform::OwnedHandle, platform::PortSocket::kHandlesMax>;

// A message as it came over the socket, whole. The handles are its own.
struct WholeMessage {
  MessageHeader header;
  std::vector<std::byte> payload;
  Handles handles;
};

class Reassembler {
 public:
  enum class Outcome : std::uint8_t {
    Whole,      // take() it
    Incomplete, // more fragments are to come
    Dropped,    // not kept, and its handles are closed: why() says what was wrong with it, nothing after a cancel
  };

  // Takes one fragment, or a message that is whole already. The payload is copied.
  Outcome add(const MessageHeader& header, Bytes payload, Handles handles);
  WholeMessage take() { return std::move(whole_); }
  const std::string& why() const { return why_; }

  // What comes of this stream is thrown away as it comes; what came is freed now. False: nothing of it is begun.
  bool cancel(std::uint32_t stream, std::uint32_t pid);

  std::size_t begun() const { return partials_.size(); }

 private:
  using Key = std::pair<std::uint32_t, std::uint32_t>;
  struct Partial {
    WholeMessage message;
    bool cancelled = false;
  };

  Outcome drop(const MessageHeader& header, const char* why);
  Outcome begin(const MessageHeader& header, Bytes payload, Handles handles);
  Outcome proceed(std::map<Key, Partial>::iterator found, const MessageHeader& header, Bytes payload);

  void forget(Partial& partial);

  std::map<Key, Partial> partials_;
  std::size_t bytesBegun_ = 0;  // of all partials together
  WholeMessage whole_;
  std::string why_;
};

}  // namespace sluice::port
