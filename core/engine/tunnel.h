// Both directions of a tunnel, each with a half-close of its own. Uses the two relays of its connection, and rests without them
// while nothing moves: it may stand for days, and most of what a connection holds are its relays. Loop thread only.
#pragma once

#include "core/engine/relay.h"

namespace sluice::engine {

class Tunnel {
 public:
  // Borrows the relays from open() or wake() until rest(), finish() or cancel().
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
  // Whether nothing is under way, and other relays would go on as these.
  bool mayRest() const;
  // REQUIRES: mayRest(). Then the relays are the owner's.
  void rest();
  bool rests() const { return open_ && !up_.relay && !down_.relay; }
  // Whether something came from either side. REQUIRES: rests().
  bool isCalled() const { return isCalled(up_) || isCalled(down_); }
  void wake(Relays relays, const pipe::Settings& up, const pipe::Settings& down);
  // Whether more may come from them. REQUIRES: isOpen().
  bool readsClient() const { return !up_.ended; }
  bool readsUpstream() const { return !down_.ended; }

  // See EventPipe::adapt(); one that rests has its settings when it wakes. REQUIRES: isOpen().
  void adapt(const pipe::Settings& up, const pipe::Settings& down);
  // Moves what can be moved. True once both directions have ended, or one has failed.
  bool run(MonoTime now);
  // What came with the heads is sent: it need not stay valid any longer. REQUIRES: isOpen().
  bool openingIsSent() const;
  // So far. REQUIRES: isOpen().
  capture::BodyTotals upTotals() const { return totals(up_); }
  capture::BodyTotals downTotals() const { return totals(down_); }
  // REQUIRES: run() said true. Afterwards it is not open.
  session::TunnelEnd finish();

  // Breaks it off.
  void fail(Error error);
  void cancel();

 private:
  struct Half {
    Relay* relay = nullptr;  // null: it rests
    Link* from = nullptr;
    Link* to = nullptr;
    Side side = Side::Client;
    pipe::BodyTap* watcher = nullptr;
    capture::BodyTotals before;  // of relays that it had before
    bool ended = false;
    bool expectsMuch = false;
    bool isEmpty() const { return ended || relay == nullptr || relay->isDrained(); }
  };
  static void start(Half& half, Bytes preread, const pipe::Settings& settings);
  static bool mayRest(const Half& half);
  static bool isCalled(const Half& half) { return !half.ended && half.from->mayReceive(); }
  static capture::BodyTotals totals(const Half& half);
  static void leave(Half& half);
  void runHalf(Half& half, MonoTime now);

  Half up_;
  Half down_;
  bool open_ = false;
  Error error_;
};

}  // namespace sluice::engine
