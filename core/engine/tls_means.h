// What the TLS connections of one worker are made with: the CA and its leaves, whom to trust, and the policy. Loop thread
// only.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/capture/records.h"
#include "core/codec/tls/authority.h"
#include "core/codec/tls/contexts.h"
#include "core/codec/tls/session.h"
#include "core/engine/own_pages.h"
#include "core/session/commands.h"
#include "core/session/interception.h"

namespace sluice::engine {

class TlsMeans {
 public:
  struct Settings {
    session::InterceptionPolicy policy = {};
    std::string authorityCertificate = {};  // PEM
    std::string authorityKey = {};          // PEM
    std::string roots = {};                 // PEM: whom servers' certificates must lead to
    tls::KeyLog keyLog = {};
  };
  static Result<std::unique_ptr<TlsMeans>> create(Settings settings);

  const OwnPages& ownPages() const { return pages_; }
  const session::InterceptionPolicy& policy() const { return settings_.policy; }
  // From the next connection on.
  void setPolicy(session::InterceptionPolicy policy) { settings_.policy = std::move(policy); }

  // `refusal` not empty: with a certificate that nobody trusts and that says this.
  Result<std::unique_ptr<tls::Session>> toClient(const std::string& host, const std::string& refusal, WallTime now);
  // `address`: host:port.
  Result<std::unique_ptr<tls::Session>> toServer(const std::string& address, const session::UpstreamTls& to);

 private:
  TlsMeans(Settings settings, tls::Authority authority)
      : settings_(std::move(settings)),
        authority_(std::move(authority)),
        pages_(authority_.name(), authority_.certificatePem(), authority_.certificateDer()) {}

  Settings settings_;
  tls::Authority authority_;
  const OwnPages pages_;
  std::unique_ptr<tls::ServerContext> trusted_;
  std::unique_ptr<tls::ServerContext> refusing_;  // apart, so that no ticket leads from one to the other
  std::unique_ptr<tls::ClientContext> servers_;
};

// What a row says of it.
capture::TlsSeen seenOf(const tls::Session& session, Micros handshake);

}  // namespace sluice::engine
