// Both directions of a tunnel, each with a half-close of its own. Uses the two relays of its connection. Loop thread only.
#pragma once

#include "core/engine/relay.h"

namespace sluice::engine {

class Tunnel {
 public:
  // Borrows the relays from open() until finish() or cancel().
  struct Relays {
    Relay& up;
    Relay& down;
  };

  struct Opening {
    Bytes upPreread;    // came with the client's head; valid until openingIsSent()
    Bytes downPreread;  // came with upstream's head
    pipe::BodyTap* upWatcher = nullptr;  // look on while bytes pass, as long as the tunnel is open
    pipe::BodyTap* downWatcher = nullptr;
  };
  void open(Link& client, Link& upstream, Relays relays, const Opening& opening, const pipe::Settings& up,
            const pipe::Settings& down);

  bool isOpen() const { return open_; }
  // See EventPipe::adapt(). REQUIRES: isOpen().
  void adapt(const pipe::Settings& up, const pipe::Settings& down);
  // Moves what can be moved. True once both directions have ended, or one has failed.
  bool run(MonoTime now);
  // What came with the heads is sent: it need not stay valid any longer. REQUIRES: isOpen().
  bool openingIsSent() const;
  // REQUIRES: run() said true. Afterwards it is not open.
  session::TunnelEnd finish();

  // Breaks it off.
  void fail(Error error);
  void cancel();

 private:
  struct Half {
    Relay* relay = nullptr;
    Link* to = nullptr;
    bool ended = false;
    bool isEmpty() const { return ended || relay->isDrained(); }
  };
  void runHalf(Half& half, MonoTime now);

  Half up_;
  Half down_;
  bool open_ = false;
  Error error_;
};

}  // namespace sluice::engine
