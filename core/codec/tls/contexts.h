// What TLS connections of one worker share: settings, tickets for resumption, whom to trust. One thread at a time;
// outlives its sessions. Limits: kTlsTicketsMax. TLS 1.2 and 1.3.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"

struct ssl_ctx_st;
struct ssl_session_st;

namespace sluice::tls {

// Takes one line of the NSS key log format, without its end.
using KeyLog = std::function<void(std::string_view line)>;

// Our side towards clients.
class ServerContext {
 public:
  enum class Resumption : std::uint8_t { Offered, Never };

  // `issuerDer`: sent behind every certificate; empty: nothing is. Clients that know the issuer by its key alone need it.
  static Result<std::unique_ptr<ServerContext>> create(Resumption resumption, KeyLog keyLog, const std::string& issuerDer = {});
  ~ServerContext();
  ServerContext(ServerContext&&) = delete;

  ssl_ctx_st* native() const { return context_; }
  // Room for ciphertext that a session has given back: mostly one receives at a time, and new room would be filled with zeros.
  std::vector<std::byte>& spare() { return spare_; }

 private:
  ServerContext() = default;

  ssl_ctx_st* context_ = nullptr;
  std::vector<std::byte> spare_;
  KeyLog keyLog_;
};

// Our side towards servers.
class ClientContext {
 public:
  struct Trust {
    std::string roots;             // certificates in PEM, one after the other: the system's, and those of the user
    std::string ownAuthorityDer;   // never accepted, whatever the roots say: it would be this proxy again
  };

  // Errors: Code::BadArgument when there is no certificate in non-empty roots.
  static Result<std::unique_ptr<ClientContext>> create(const Trust& trust, KeyLog keyLog);
  ~ClientContext();
  ClientContext(ClientContext&&) = delete;

  ssl_ctx_st* native() const { return context_; }
  std::vector<std::byte>& spare() { return spare_; }  // likewise
  std::size_t roots() const { return roots_; }
  // Whether this is a certificate of our own authority, of one with the same key, or signed by it.
  bool isOwnAuthority(const void* certificate) const;

  // Tickets for resumption, each used once (RFC 8446 appendix C.4). take() may give null.
  ssl_session_st* take(const std::string& key);
  void keep(const std::string& key, ssl_session_st* ticket);

 private:
  struct Ticket {
    std::string key;
    ssl_session_st* session;
  };
  ClientContext() = default;
  void drop(std::list<Ticket>::iterator ticket);

  ssl_ctx_st* context_ = nullptr;
  std::vector<std::byte> spare_;
  KeyLog keyLog_;
  std::string ownKey_;  // SubjectPublicKeyInfo of our authority
  std::size_t roots_ = 0;
  std::list<Ticket> tickets_;  // newest first
  std::unordered_map<std::string, std::list<Ticket>::iterator> byKey_;
};

}  // namespace sluice::tls
