// Two TLS sessions that talk to each other through memory, in pieces of a given size. One thread.
#pragma once

#include <memory>
#include <string>

#include "core/codec/tls/authority.h"
#include "core/codec/tls/contexts.h"
#include "core/codec/tls/session.h"

namespace sluice::test {

struct SessionPair {
  std::unique_ptr<tls::Session> client;
  std::unique_ptr<tls::Session> server;
  std::size_t pieceBytes = 1 << 20;

  // Everything that one has for the other, piece by piece; `each` after every piece.
  template <class Each>
  bool carry(tls::Session& from, tls::Session& to, Each each) {
    bool any = false;
    while (!from.outgoing().empty()) {
      const auto piece = from.outgoing().first(std::min(pieceBytes, from.outgoing().size()));
      to.feed(piece);
      from.sent(piece.size());
      any = true;
      each();
    }
    return any;
  }

  // True when the client is done, and the server waits for its last word alone, as in TLS 1.3.
  bool shakeHandsUpToTheLastWord() {
    client->handshake();
    carry(*client, *server, [this] { server->handshake(); });
    carry(*server, *client, [this] { client->handshake(); });
    return client->established() && !server->established();
  }

  // True when both are done.
  bool shakeHands() {
    const auto turn = [this] {
      client->handshake();
      server->handshake();
    };
    turn();
    while (carry(*client, *server, turn) || carry(*server, *client, turn)) {
    }
    return client->established() && server->established();
  }

  // What `to` reads of all that `from` has for it.
  std::string read(tls::Session& from, tls::Session& to) {
    std::string all;
    std::string part(1000, '\0');
    const auto readAll = [&] {
      while (true) {
        const auto result = to.read(std::as_writable_bytes(std::span(part)));
        if (result.status != IoResult::Status::Ok) return;
        all.append(part, 0, result.bytes);
      }
    };
    readAll();
    carry(from, to, readAll);
    return all;
  }
};

}  // namespace sluice::test
