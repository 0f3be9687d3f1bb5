#include "core/codec/tls/session.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/codec/tls/certificate.h"
#include "core/codec/tls/openssl.h"

namespace sluice::tls {
namespace {

// --- A BIO over the session's own memory: no copy besides the one that decryption needs.

int readBio(BIO* bio, char* into, std::size_t size, std::size_t* count) {
  auto* session = static_cast<Session*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *count = session->take(std::as_writable_bytes(std::span(into, size)));
  if (*count > 0) return 1;
  if (!session->transportEnded()) BIO_set_retry_read(bio);
  return 0;
}

int writeBio(BIO* bio, const char* from, std::size_t size, std::size_t* count) {
  static_cast<Session*>(BIO_get_data(bio))->put(asBytes({from, size}));
  *count = size;
  return 1;
}

long controlBio(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  return command == BIO_CTRL_EOF && static_cast<Session*>(BIO_get_data(bio))->transportEnded() ? 1 : 0;
}

const BIO_METHOD* memoryMethod() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "session memory");
    BIO_meth_set_read_ex(made, readBio);
    BIO_meth_set_write_ex(made, writeBio);
    BIO_meth_set_ctrl(made, controlBio);
    return made;
  }();
  return method;
}

bool isAddress(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>> address(a2i_IPADDRESS(host.c_str()));
  return address != nullptr;
}

}  // namespace

// --- Making.

Session::~Session() { SSL_free(ssl_); }

Session* Session::of(const SSL* ssl) { return static_cast<Session*>(SSL_get_app_data(ssl)); }

Result<void> Session::open(void* context) {
  ssl_ = SSL_new(static_cast<SSL_CTX*>(context));
  BIO* bio = ssl_ != nullptr ? BIO_new(memoryMethod()) : nullptr;
  if (bio == nullptr) return failed("beginning TLS");
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_app_data(ssl_, this);
  return {};
}

Result<std::unique_ptr<Session>> Session::toClient(ServerContext& context, const Identity& identity) {
  std::unique_ptr<Session> session(new Session(Role::Server, context.spare()));
  if (auto opened = session->open(context.native()); !opened) return fail(opened.error());
  if (SSL_use_cert_and_key(session->ssl_, identity.certificate(), identity.key(), nullptr, 1) != 1) {
    return failed("using a certificate");
  }
  SSL_set_accept_state(session->ssl_);
  return session;
}

Result<std::unique_ptr<Session>> Session::toServer(ClientContext& context, const Target& target) {
  std::unique_ptr<Session> session(new Session(Role::Client, context.spare()));
  if (auto opened = session->open(context.native()); !opened) return fail(opened.error());
  if (auto aimed = session->aim(context, target); !aimed) return fail(aimed.error());
  return session;
}

Result<void> Session::aim(ClientContext& context, const Target& target) {
  client_ = &context;
  target_ = target;
  ticketKey_ = target.address + " " + target.serverName + " " + target.host + (target.verify ? " verified" : " any");
  SSL_set_connect_state(ssl_);
  if (!target.serverName.empty() && !isAddress(target.serverName)) {
    SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(target.serverName.c_str()));
  }
  if (target.offersHttp11) SSL_set_alpn_protos(ssl_, octets("\x08http/1.1"), 9);
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl_);
  const int named = isAddress(target.host) ? X509_VERIFY_PARAM_set1_ip_asc(rules, target.host.c_str())
                                           : X509_VERIFY_PARAM_set1_host(rules, target.host.data(), target.host.size());
  if (named != 1) return failed("asking for a certificate of " + target.host);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const TicketPtr ticket(context.take(ticketKey_));
  if (ticket) SSL_set_session(ssl_, ticket.get());
  return {};
}

void Session::keepTicket(void* ticket) { client_->keep(ticketKey_, static_cast<SSL_SESSION*>(ticket)); }

// --- Ciphertext.

MutableBytes Session::room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (in_.empty()) in_.swap(spare_);
  if (end_ == in_.size()) in_.resize(std::max(in_.size(), end_ + limits::kTlsReceiveBytes));
  return MutableBytes(in_).subspan(end_);
}

void Session::feed(Bytes bytes) {
  while (!bytes.empty()) {
    const auto into = room();
    const auto count = std::min(into.size(), bytes.size());
    std::copy_n(bytes.begin(), count, into.begin());
    received(count);
    bytes = bytes.subspan(count);
  }
}

std::size_t Session::take(MutableBytes into) {
  const auto count = std::min(into.size(), end_ - begin_);
  if (count > 0) std::memcpy(into.data(), in_.data() + begin_, count);
  begin_ += count;
  return count;
}

void Session::put(Bytes bytes) {
  if (!ticket_.empty()) out_.append(std::exchange(ticket_, {}));
  out_.append(asText(bytes));
  wroteAny_ = true;
}

void Session::sent(std::size_t bytes) {
  outSent_ += bytes;
  if (outSent_ < out_.size()) return;
  out_.clear();
  outSent_ = 0;
}

void Session::rest() {
  if (begin_ == end_ && !in_.empty()) {
    if (in_.size() == limits::kTlsReceiveBytes) spare_.swap(in_);
    std::vector<std::byte>().swap(in_);
    begin_ = end_ = 0;
  }
  if (out_.empty()) std::string().swap(out_);
}

// --- Plaintext.

Session::Progress Session::handshake() {
  if (established_) return Progress::Done;
  if (error_.code != Code::None) return Progress::Failed;
  clearErrors();
  const auto said = out_.size();
  const int outcome = SSL_do_handshake(ssl_);
  if (outcome == 1) {
    established_ = true;
    holdTicketBack(said);
    return Progress::Done;
  }
  if (SSL_get_error(ssl_, outcome) == SSL_ERROR_WANT_READ) return Progress::WantsInput;
  error_ = verdict(outcome);
  return Progress::Failed;
}

// Where the client's word is the last of a handshake (RFC 8446 section 2), what comes behind it are tickets: by themselves they would cost
// both sides a turn. But a client that has said no more may be waiting for word that this has come, as Nagle's algorithm does
// (RFC 9293 section 3.7.4), and the system gives that late, in the hope of something to send along: then it is the ticket.
void Session::holdTicketBack(std::size_t from) {
  const bool saidMore = begin_ != end_;
  if (role_ != Role::Server || SSL_version(ssl_) != TLS1_3_VERSION || !saidMore) return;
  ticket_ = out_.substr(from);
  out_.resize(from);
}

IoResult Session::read(MutableBytes into) {
  if (error_.code != Code::None) return IoResult::failed(error_);
  std::size_t count = 0;
  clearErrors();
  if (SSL_read_ex(ssl_, into.data(), into.size(), &count) == 1) {
    readAny_ = true;
    return IoResult::ok(count);
  }
  const int why = SSL_get_error(ssl_, 0);
  if (why == SSL_ERROR_WANT_READ) return IoResult::wouldBlock();
  if (why == SSL_ERROR_ZERO_RETURN) return IoResult::end();
  error_ = verdict(0);
  return IoResult::failed(error_);
}

IoResult Session::peek() {
  if (error_.code != Code::None) return IoResult::failed(error_);
  std::array<char, 1> byte{};
  std::size_t count = 0;
  clearErrors();
  if (SSL_peek_ex(ssl_, byte.data(), byte.size(), &count) == 1) return IoResult::ok(count);
  const int why = SSL_get_error(ssl_, 0);
  if (why == SSL_ERROR_WANT_READ) return IoResult::wouldBlock();
  if (why == SSL_ERROR_ZERO_RETURN) return IoResult::end();
  error_ = verdict(0);
  return IoResult::failed(error_);
}

Result<void> Session::write(Bytes bytes) {
  SLUICE_ASSERT(established_);
  if (error_.code != Code::None) return fail(error_);
  std::size_t count = 0;
  clearErrors();
  if (SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count) == 1) return {};
  error_ = verdict(0);
  return fail(error_);
}

void Session::endSending() {
  if (!established_ || error_.code != Code::None || (SSL_get_shutdown(ssl_) & SSL_SENT_SHUTDOWN) != 0) return;
  clearErrors();
  SSL_shutdown(ssl_);
  clearErrors();
}

Facts Session::facts() const {
  Facts facts;
  if (established_) {
    facts.version = SSL_get_version(ssl_);
    if (const auto* cipher = SSL_get_current_cipher(ssl_)) facts.cipher = SSL_CIPHER_get_name(cipher);
    facts.resumed = SSL_session_reused(ssl_) == 1;
  }
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &size);
  facts.protocol.assign(reinterpret_cast<const char*>(protocol), size);
  const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) facts.serverName = name;
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl_);
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) facts.chain.push_back(derOf(sk_X509_value(chain, i)));
  return facts;
}

}  // namespace sluice::tls
