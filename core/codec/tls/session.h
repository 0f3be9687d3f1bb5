// One side of one TLS connection, over memory alone: ciphertext in, plaintext out, and the reverse. The transport puts
// what it received into room(), takes what it shall send from outgoing(); plaintext is read straight into the caller's
// memory. One loop's thread. Owns no buffer while idle. Bounds: kTlsReceiveBytes in, what the caller writes out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/codec/tls/contexts.h"
#include "core/codec/tls/identity.h"

struct ssl_st;

namespace sluice::tls {

// What a finished (or failed) handshake came to.
struct Facts {
  std::string version;      // "TLSv1.3"; empty when none was agreed on
  std::string cipher;       // "TLS_AES_256_GCM_SHA384"
  std::string protocol;     // ALPN; empty when none was agreed on
  std::string serverName;   // SNI, as received or sent
  bool resumed = false;
  std::vector<std::string> chain;  // of the peer, DER, its own certificate first
};

class Session {
 public:
  enum class Progress : std::uint8_t { Done, WantsInput, Failed };

  // Whom to reach, and what is asked of it.
  struct Target {
    std::string address;     // host:port: tickets are kept by it
    std::string serverName;  // SNI; empty: none is sent
    std::string host;        // name or address that its certificate must be for
    bool verify = true;      // false: any certificate but our own authority's will do
    bool offersHttp11 = true;
  };

  // REQUIRES: the context outlives the session, which returns room to it.
  static Result<std::unique_ptr<Session>> toClient(ServerContext& context, const Identity& identity);
  static Result<std::unique_ptr<Session>> toServer(ClientContext& context, const Target& target);
  ~Session();
  Session(Session&&) = delete;

  // --- Ciphertext.
  // Room for what comes next; never empty.
  MutableBytes room();
  void received(std::size_t bytes) { end_ += bytes; }
  // Bytes that were received before TLS began.
  void feed(Bytes bytes);
  // The transport's stream has ended. Without close_notify before it, reading fails: it may have been cut.
  void receivedEnd() { transportEnded_ = true; }
  // A ticket for a client that has said more already is not in it before something else is.
  Bytes outgoing() const { return asBytes(out_).subspan(outSent_); }
  void sent(std::size_t bytes);
  // Memory that only an active connection needs is given back.
  void rest();

  // --- Plaintext.
  Progress handshake();
  bool established() const { return established_; }
  // WouldBlock: more ciphertext is needed. End: close_notify. Failed: also the end without close_notify.
  IoResult read(MutableBytes into);
  IoResult peek();
  // Takes all of it, as records in outgoing(). REQUIRES: established().
  Result<void> write(Bytes bytes);
  // close_notify; reading goes on.
  void endSending();

  // What a failure of the transport means in the light of what was said before it.
  Error explain(Error ofTransport) const;
  // Why handshake(), read() or write() failed: a verdict for people, with the side that is to blame.
  const Error& error() const { return error_; }
  Facts facts() const;

  // --- For the contexts' callbacks.
  static Session* of(const ssl_st* ssl);
  bool acceptsAnyCertificate() const { return !target_.verify; }
  void noteCertificateWanted() { certificateWanted_ = true; }
  void keepTicket(void* ticket);
  std::size_t take(MutableBytes into);
  void put(Bytes bytes);
  bool transportEnded() const { return transportEnded_; }

 private:
  enum class Role : std::uint8_t { Server, Client };
  Session(Role role, std::vector<std::byte>& spare) : role_(role), spare_(spare) {}
  Result<void> open(void* context);
  Result<void> aim(ClientContext& context, const Target& target);

  void holdTicketBack(std::size_t from);
  Error verdict(int outcome);
  bool leftForWantOfCertificate() const { return certificateWanted_ && !readAny_; }
  Error certificateWantedError() const;
  Error verdictOnServer(unsigned long reason) const;
  Error verdictOnClient(unsigned long reason) const;
  Error verdictOnCertificate(long result) const;
  Side peer() const { return role_ == Role::Server ? Side::Client : Side::Upstream; }

  const Role role_;
  std::vector<std::byte>& spare_;  // the context's; empty, or room that the next to receive takes
  ssl_st* ssl_ = nullptr;
  ClientContext* client_ = nullptr;
  Target target_;
  std::string ticketKey_;

  std::vector<std::byte> in_;  // [begin_, end_) was received and not yet decrypted
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string out_;
  std::size_t outSent_ = 0;
  std::string ticket_;  // for the client that has said more already; goes with what is sent next

  bool transportEnded_ = false;
  bool established_ = false;
  bool wroteAny_ = false;  // the client has seen something of ours
  bool certificateWanted_ = false;
  bool readAny_ = false;
  Error error_;
};

}  // namespace sluice::tls
