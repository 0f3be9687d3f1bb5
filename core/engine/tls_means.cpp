#include "core/engine/tls_means.h"

#include "core/codec/tls/certificate.h"

namespace sluice::engine {

Result<std::unique_ptr<TlsMeans>> TlsMeans::create(Settings settings) {
  auto authority = tls::Authority::fromPem(settings.authorityCertificate, settings.authorityKey);
  if (!authority) return fail(std::move(authority.error()));
  std::unique_ptr<TlsMeans> means(new TlsMeans(std::move(settings), std::move(*authority)));
  using Resumption = tls::ServerContext::Resumption;
  auto trusted = tls::ServerContext::create(Resumption::Offered, means->settings_.keyLog, means->authority_.certificateDer());
  auto refusing = tls::ServerContext::create(Resumption::Never, means->settings_.keyLog);
  auto servers = tls::ClientContext::create({means->settings_.roots, means->authority_.certificateDer()}, means->settings_.keyLog);
  if (!trusted) return fail(std::move(trusted.error()));
  if (!refusing) return fail(std::move(refusing.error()));
  if (!servers) return fail(std::move(servers.error()));
  means->trusted_ = std::move(*trusted);
  means->refusing_ = std::move(*refusing);
  means->servers_ = std::move(*servers);
  return means;
}

Result<std::unique_ptr<tls::Session>> TlsMeans::toClient(const std::string& host, const std::string& refusal, WallTime now) {
  auto identity = refusal.empty() ? authority_.leafFor(host, now) : tls::makeRefusal(host, refusal, now);
  if (!identity) return fail(std::move(identity.error()));
  return tls::Session::toClient(refusal.empty() ? *trusted_ : *refusing_, *identity);
}

Result<std::unique_ptr<tls::Session>> TlsMeans::toServer(const std::string& address, const session::UpstreamTls& to) {
  return tls::Session::toServer(*servers_, {address, to.serverName, to.host, to.verify});
}

capture::TlsSeen seenOf(const tls::Session& session, Micros handshake) {
  auto facts = session.facts();
  capture::TlsSeen seen;
  seen.version = std::move(facts.version);
  seen.cipher = std::move(facts.cipher);
  seen.protocol = std::move(facts.protocol);
  seen.serverName = std::move(facts.serverName);
  seen.resumed = facts.resumed;
  seen.handshakeUs = handshake.count();
  for (const auto& certificate : facts.chain) seen.chain += certificate;
  if (!seen.chain.empty()) seen.chainDigest = tls::digestOf(seen.chain);
  return seen;
}

}  // namespace sluice::engine
