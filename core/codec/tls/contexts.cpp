#include "core/codec/tls/contexts.h"

#include <openssl/pem.h>

#include "core/base/limits.h"
#include "core/codec/tls/openssl.h"
#include "core/codec/tls/session.h"

namespace sluice::tls {
namespace {

constexpr std::string_view kHttp11 = "http/1.1";

// AES-128 first: it is what most clients ask for first too, and costs the least where both ends are on one machine. Clients without
// instructions for AES still get the ChaCha20 that they put first. TLS_AES_128_GCM_SHA256 is the one that all must have
// (RFC 8446 section 9.1).
constexpr const char* kCiphersForClients = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

// SSL_CTX_set_app_data: where a context's callbacks find its log.
void logKey(const SSL* ssl, const char* line) {
  const auto* log = static_cast<const KeyLog*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  (*log)(line);
}

// OpenSSL writes every line out before it asks whether anybody wants it: a tenth of a handshake.
void logKeys(SSL_CTX* context, KeyLog& log) {
  if (!log) return;
  SSL_CTX_set_app_data(context, &log);
  SSL_CTX_set_keylog_callback(context, logKey);
}

ContextPtr commonContext(const SSL_METHOD* method) {
  ContextPtr context(SSL_CTX_new(method));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Idle connections own no buffers; a write may be repeated from another address.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

// RFC 7301 section 3.2. What does not offer HTTP/1.1 is not intercepted; a client that insists all the same goes on
// without an agreed protocol.
int chooseProtocol(SSL*, const unsigned char** out, unsigned char* outSize, const unsigned char* offered, unsigned size, void*) {
  for (unsigned i = 0; i < size; i += offered[i] + 1U) {
    const std::string_view each(reinterpret_cast<const char*>(offered) + i + 1, offered[i]);
    if (each != kHttp11) continue;
    *out = offered + i + 1;
    *outSize = offered[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

std::string publicKeyOf(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  if (size <= 0) return {};
  std::string key(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return key;
}

// The usual verification, then ours: no certificate of the chain, nor of what was sent, is our own authority's.
int verifyChain(X509_STORE_CTX* verification, void* argument) {
  const auto& context = *static_cast<const ClientContext*>(argument);
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const int accepted = X509_verify_cert(verification);
  for (const STACK_OF(X509) * certificates :
       {X509_STORE_CTX_get0_chain(verification), X509_STORE_CTX_get0_untrusted(verification)}) {
    for (int i = 0; certificates != nullptr && i < sk_X509_num(certificates); ++i) {
      if (!context.isOwnAuthority(sk_X509_value(certificates, i))) continue;
      X509_STORE_CTX_set_error(verification, X509_V_ERR_APPLICATION_VERIFICATION);
      return 0;
    }
  }
  if (accepted == 1) return 1;
  return Session::of(ssl)->acceptsAnyCertificate() ? 1 : 0;
}

int noteCertificateWanted(SSL* ssl, X509**, EVP_PKEY**) {
  Session::of(ssl)->noteCertificateWanted();
  return 0;  // we have none
}

int keepTicket(SSL* ssl, SSL_SESSION* ticket) {
  Session::of(ssl)->keepTicket(ticket);
  return 1;  // it is ours now
}

std::size_t addRoots(X509_STORE* store, std::string_view pem) {
  const BioPtr bytes(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::size_t count = 0;
  while (const CertificatePtr each{PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store, each.get()) == 1) ++count;
  }
  ERR_clear_error();
  return count;
}

}  // namespace

Result<std::unique_ptr<ServerContext>> ServerContext::create(Resumption resumption, KeyLog keyLog, const std::string& issuerDer) {
  ContextPtr context = commonContext(TLS_server_method());
  if (!context) return failed("preparing TLS for clients");
  std::unique_ptr<ServerContext> made(new ServerContext);
  made->keyLog_ = std::move(keyLog);
  logKeys(context.get(), made->keyLog_);
  SSL_CTX_set_ciphersuites(context.get(), kCiphersForClients);
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // the client keeps its ticket, we keep nothing
  if (resumption == Resumption::Never) SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  // One: a second would cost a tenth of a handshake, and serve only who opens two connections at once after one.
  SSL_CTX_set_num_tickets(context.get(), resumption == Resumption::Offered ? 1 : 0);
  if (!issuerDer.empty()) {
    const auto* bytes = octets(issuerDer.data());
    CertificatePtr issuer(d2i_X509(nullptr, &bytes, static_cast<long>(issuerDer.size())));
    if (!issuer || SSL_CTX_add_extra_chain_cert(context.get(), issuer.get()) != 1) return failed("reading the CA certificate");
    (void)issuer.release();  // the context's now
  }
  SSL_CTX_set_session_id_context(context.get(), octets("sluice"), 6);
  SSL_CTX_set_alpn_select_cb(context.get(), chooseProtocol, nullptr);
  made->context_ = context.release();
  return made;
}

ServerContext::~ServerContext() { SSL_CTX_free(context_); }

Result<std::unique_ptr<ClientContext>> ClientContext::create(const Trust& trust, KeyLog keyLog) {
  ContextPtr context = commonContext(TLS_client_method());
  if (!context) return failed("preparing TLS for servers");
  std::unique_ptr<ClientContext> made(new ClientContext);
  made->keyLog_ = std::move(keyLog);
  logKeys(context.get(), made->keyLog_);
  made->roots_ = addRoots(SSL_CTX_get_cert_store(context.get()), trust.roots);
  if (made->roots_ == 0 && !trust.roots.empty()) {
    return fail(Side::Local, Code::BadArgument, "no certificate in PEM among those that servers are checked against");
  }
  if (!trust.ownAuthorityDer.empty()) {
    const auto* bytes = octets(trust.ownAuthorityDer.data());
    const CertificatePtr own(d2i_X509(nullptr, &bytes, static_cast<long>(trust.ownAuthorityDer.size())));
    if (!own) return failed("reading our own CA certificate");
    made->ownKey_ = publicKeyOf(own.get());
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), verifyChain, made.get());
  SSL_CTX_set_client_cert_cb(context.get(), noteCertificateWanted);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), keepTicket);
  made->context_ = context.release();
  return made;
}

ClientContext::~ClientContext() {
  for (const auto& ticket : tickets_) SSL_SESSION_free(ticket.session);
  SSL_CTX_free(context_);
}

// A leaf comes without its issuer, which nobody trusts where nothing is verified: its signature still tells.
bool ClientContext::isOwnAuthority(const void* certificate) const {
  if (ownKey_.empty()) return false;
  const auto* given = static_cast<const X509*>(certificate);
  if (publicKeyOf(given) == ownKey_) return true;
  const auto* bytes = octets(ownKey_.data());
  const KeyPtr own(d2i_PUBKEY(nullptr, &bytes, static_cast<long>(ownKey_.size())));
  const bool signedByUs = own && X509_verify(const_cast<X509*>(given), own.get()) == 1;
  ERR_clear_error();
  return signedByUs;
}

void ClientContext::drop(std::list<Ticket>::iterator ticket) {
  byKey_.erase(ticket->key);
  tickets_.erase(ticket);
}

SSL_SESSION* ClientContext::take(const std::string& key) {
  const auto found = byKey_.find(key);
  if (found == byKey_.end()) return nullptr;
  SSL_SESSION* session = found->second->session;
  drop(found->second);
  return session;
}

void ClientContext::keep(const std::string& key, SSL_SESSION* ticket) {
  if (SSL_SESSION* older = take(key)) SSL_SESSION_free(older);
  if (tickets_.size() == limits::kTlsTicketsMax) {
    SSL_SESSION_free(tickets_.back().session);
    drop(std::prev(tickets_.end()));
  }
  tickets_.push_front({key, ticket});
  byKey_[key] = tickets_.begin();
}

}  // namespace sluice::tls
