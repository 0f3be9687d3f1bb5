// One side of a proxied connection: a transport, what is known of its readiness, and the writer towards its peer. Source of
// one pipe and sink of another. Loop thread only.
#pragma once

#include <asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "core/capture/records.h"
#include "core/codec/tls/session.h"
#include "core/engine/pooled_files.h"
#include "core/output/chain_writer.h"
#include "core/output/output_chain.h"
#include "core/output/stream.h"
#include "core/pipe/source.h"
#include "platform/net/transport.h"

namespace sluice::engine {

class Link final : public pipe::Source,
                   public output::Stream,
                   private net::Transport::Handler,
                   private buffer::SliceOwner {
 public:
  class Driver {
   public:
    // Readiness of the link changed; never called from inside a call of the link.
    virtual void linkReady(Link& link) = 0;

   protected:
    ~Driver() = default;
  };

  // `files` reads back what was spilled, where TLS must see it; null where nothing is. It outlives the reads.
  Link(asio::ip::tcp::socket socket, Side side, platform::FilePool* files);
  ~Link() override;  // of an open TLS stream with its close_notify

  void setDriver(Driver* driver) { driver_ = driver; }
  net::Transport& transport() { return transport_; }
  const net::Transport& transport() const { return transport_; }

  // --- TLS. From here on what is received and sent is its plaintext. `received`: bytes that came before.
  // REQUIRES: nothing pending in the writer, and no TLS yet.
  void beginTls(std::unique_ptr<tls::Session> session, Bytes received);
  // Null: there is none.
  const tls::Session* tls() const { return tls_.get(); }
  // Goes on with the handshake as far as the transport allows; linkReady() when it may go on. REQUIRES: beginTls().
  tls::Session::Progress handshake();

  // --- Receiving. False: it is known that nothing is there, and receive() answers so without a system call.
  bool mayReceive() const { return mayReceive_; }
  IoResult receive(std::span<const MutableBytes> into) override;
  // Not with TLS: what comes is its ciphertext, for which it has memory of its own.
  bool lend(MutableBytes piece, Lender& lender) override { return lends() && !mayReceive_ && transport_.lend(piece, lender); }
  bool lends() const { return !tls_ && transport_.lends(); }
  bool endIsKnown() const override { return false; }
  IoResult takeEnd() override { return IoResult::end(); }
  // Into a pipe of the kernel that is empty. REQUIRES: canSplice().
  IoResult receiveInto(net::KernelPipe& pipe);
  // What the peer did, without taking bytes.
  IoResult peek();
  // linkReady() when there is something to receive.
  void waitReadable();
  // Something happened on the connection: what the peer sent before is to be looked for, whatever was known.
  void lookAgain();

  // --- Sending.
  output::ChainWriter& writer() { return writer_; }
  const output::ChainWriter& writer() const { return writer_; }
  pipe::OutputFilter& output() { return made().chain; }
  // The body of a response of our own; takes the way of every body. What fails shows in writer().
  void sendBody(std::string body, MonoTime now);
  // Past the writer, from a pipe of the kernel that is not empty. REQUIRES: canSplice(), and nothing pending in the writer.
  IoResult sendFrom(net::KernelPipe& pipe);
  // Whether bytes may go through the kernel's pipes: nothing here must see them.
  bool canSplice() const { return !tls_ && transport_.movesThroughPipes(); }
  // linkReady() when the writer, or sendFrom(), may go on, if it is blocked.
  void waitWritableIfBlocked(MonoTime now);

  // Gives the memory back that only a body needs. REQUIRES: no relay leads here.
  void releaseOutput();

  // Whether TLS confirms with a close_notify that this was all.
  enum class Farewell : std::uint8_t { Say, Omit };
  // The peer sees the end of the stream once everything is sent; receiving goes on.
  void endSending(Farewell farewell = Farewell::Say);

  Capabilities capabilities() const override { return {tls_ == nullptr, net::Transport::kBuffersMax}; }
  IoResult send(std::span<const Bytes> pieces) override { return tls_ ? sendSecure(pieces) : transport_.send(pieces); }
  // REQUIRES: a PooledFile.
  IoResult sendFile(buffer::File& file, std::uint64_t offset, std::uint64_t length) override;
  bool holdsBack() const override { return tls_ && !tls_->outgoing().empty(); }
  IoResult flush() override;

 private:
  static constexpr output::Demands kDemandsOfTls{.sendFile = false, .needInMemory = true};
  // The chain and what reads for it: they outlive the link while a read is in flight.
  struct Output {
    Output(Link& of, platform::FilePool* files);
    Link* link;  // null: it is gone
    std::optional<PooledFileReader> reader;
    output::OutputChain chain;
  };

  Output& made();
  void fileWasRead();
  IoResult pull();
  IoResult pullFurther(std::size_t& inVain);
  IoResult pushOut();
  IoResult receiveSecure(std::span<const MutableBytes> into);
  IoResult peekSecure();
  IoResult sendSecure(std::span<const Bytes> pieces);
  void onReadable() override;
  void onWritable() override;
  void sliceDone(std::uint32_t) override { ownBodies_.pop_front(); }

  net::Transport transport_;
  Driver* driver_ = nullptr;
  bool mayReceive_ = false;
  bool sendBlocked_ = false;  // of sendFrom(): there was no room
  bool drained_ = false;    // TLS: the last receive left nothing behind
  bool endWanted_ = false;  // TLS: the transport's stream ends once all records are sent
  std::unique_ptr<tls::Session> tls_;
  std::list<std::string> ownBodies_;  // until they are sent
  output::ChainWriter writer_{*this};
  platform::FilePool* const files_;
  std::shared_ptr<Output> output_;  // null until the first body comes
};

// A link to upstream, which outlives exchanges.
struct Upstream {
  Upstream(asio::ip::tcp::socket socket, platform::FilePool* files) : link(std::move(socket), Side::Upstream, files) {}

  Link link;
  std::string key;      // what it is connected to, as asked for: "host:port", or the name of a proxy
  std::string address;  // the numeric address behind it
  std::optional<capture::TlsSeen> tls;
  bool kept = false;    // it comes from the pool
  std::optional<std::string> proxyAuthorization = {};  // it leads to a proxy that is asked with whole URLs
  bool carried = false;  // bytes of an exchange went over it
  bool personal = false;  // kept for one client connection: its key says so
  ConnectionId user = {};  // the client connection that opened it, or sent the last request over it
};

}  // namespace sluice::engine
