// A network profile: how slow, how late and how lossy the link is that a client seems to have, and what the engine does with
// an upstream that is faster. A value; whoever is told a new one takes all of it. Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "core/throttle/rate.h"

namespace sluice::throttle {

// What becomes of an upstream that is faster than the link to its client.
enum class Mode : std::uint8_t {
  Backpressure,  // it is slowed down as well
  Buffered,      // it is read at full speed; what is too much waits in a file
};

enum class Delivery : std::uint8_t {
  Streaming,  // bytes go on as they come
  Buffered,   // only full blocks go on
};

// One direction of the link.
struct Lane {
  Rate rate;
  Micros delay{0};         // each piece arrives this much later
  Micros jitter{0};        // and up to this much later still, or earlier, though never before an earlier piece
  double lossPercent = 0;  // of the segments: each costs the delay of its retransmission, and caps the rate

  friend bool operator==(const Lane&, const Lane&) = default;
};

struct Profile {
  std::string name;    // empty: made up on the command line
  std::string source;  // who publishes these numbers; empty: the user's own
  Lane down;           // towards the client
  Lane up;             // away from it
  Rate perConnection;           // a cap for each connection alone, beside the bucket that all share
  double closesPerMinute = 0;   // how often a connection is closed at random, on average
  bool offline = false;         // no server can be reached
  Mode mode = Mode::Backpressure;
  Delivery delivery = Delivery::Streaming;

  // What a handshake costs: there and back.
  Micros roundTrip() const { return down.delay + up.delay; }
  // Half of it each way.
  void setRoundTrip(Micros time) {
    down.delay = time / 2;
    up.delay = time - down.delay;
  }
  // Whether anything at all is slowed down.
  bool isNeutral() const {
    return down == Lane() && up == Lane() && perConnection.isUnlimited() && closesPerMinute <= 0 && !offline;
  }

  friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace sluice::throttle
