// One TCP connection on one event loop. Every attempt to move bytes returns at once; readiness is asked for one
// wait at a time and announced to the handler. Loop thread only.
//
// What holds on every back end:
// - An attempt takes everything that is there, or that there is room for, in one call; WouldBlock is the only reason to wait.
// - A wait is one-shot. Asking again while one is pending is free and changes nothing.
// - Nothing is announced after close(), and nothing from inside a call of this class. Completions that come later find
//   nobody.
// - A wait owns no buffer, so an idle connection costs no block; but for one in the midst of much, which may own one (lend()): it has
//   it back when nothing has come for a second or two, and what is idle from then on, or came in less, owns nothing.
// - What the system may still write to is not touched until it says that it is done, also when the transport is long gone; and what it
//   brought before the wait was broken off is not lost.
// - Destroying the transport closes it in order.
// - A peer that is gone without a word is found out by TCP's keep-alive within minutes, however silent the connection is.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/base/bytes.h"
#include "core/base/lender.h"
#include "platform/net/kernel_pipe.h"
#include "platform/net/strategy.h"

namespace sluice::net {

enum class CloseKind : std::uint8_t {
  Orderly,  // what was sent is delivered, then end of stream
  Abort,    // the peer sees a reset: it must not take what it has for complete
};

class Transport {
 public:
  class Handler {
   public:
    virtual void onReadable() = 0;  // bytes, end of stream or an error can be taken
    virtual void onWritable() = 0;

   protected:
    ~Handler() = default;
  };

  // Takes a connected socket; `side` names the peer in errors.
  explicit Transport(asio::ip::tcp::socket socket, Side side, Strategy strategy = nativeStrategy());
  ~Transport();
  Transport(Transport&&) = delete;

  // REQUIRES: the handler outlives the transport or is replaced before it goes. Null: nothing is announced.
  void setHandler(Handler* handler);

  // At most kBuffersMax buffers are used in one call. Never returns Ok with 0 bytes. Bytes that send() counts are on their
  // way: a failure to deliver them shows at a later call.
  IoResult receive(std::span<const MutableBytes> into);
  IoResult send(std::span<const Bytes> from);
  // Sends a range of a file without copying it through this process. Failed with Side::Local and Code::FileChanged
  // when the file ends before the range does. The file may be closed then; but what was counted may still be read from it, on Linux
  // until the peer has received it.
  IoResult sendFile(std::intptr_t file, std::uint64_t offset, std::size_t length);

  // Through a pipe of the kernel. See there; a Failed with Side::Local of receiveInto() has changed nothing.
  // REQUIRES: movesThroughPipes().
  IoResult receiveInto(KernelPipe& pipe);
  IoResult sendFrom(KernelPipe& pipe);
  // Not where a send that finds no room is taken over, or a wait may have received already.
  bool movesThroughPipes() const { return strategy_.sendMode == SendMode::Wait && !lends(); }

  // What the peer did, without taking bytes: Ok: bytes wait; WouldBlock: nothing yet; End; Failed.
  IoResult peek();

  void waitReadable();
  void waitWritable();
  // A wait for something to receive that owns `into`: what comes lies there when it is announced, and the next receive() takes it from
  // there before anything else, in place where its first piece begins with it; until then receive() and peek() find nothing. False:
  // nothing is lent, and waitReadable() may be asked for; always while a wait is pending.
  // REQUIRES: `into` stays and is left alone until `lender` has it back, which may be inside receive() and close().
  bool lend(MutableBytes into, Lender& lender);
  // Whether a wait of it ever owns memory.
  bool lends() const { return strategy_.receiveMode == ReceiveMode::Lend; }

  // Half-close: the peer sees end of stream behind everything that was sent; receiving goes on.
  void endSending();
  void close(CloseKind kind);
  bool isOpen() const;

  std::string peerAddress() const;
  std::string localHost() const;  // our end's address, without the port
  std::uint64_t bytesReceived() const { return received_; }
  std::uint64_t bytesSent() const { return sent_; }

  static constexpr std::size_t kBuffersMax = 64;  // what Asio gathers in one call

 private:
  // Outlives the transport while a wait is pending.
  struct Shared;
  // Memory that is lent to a wait.
  struct Loan;

  IoResult receiveLent(std::span<const MutableBytes> into);
  IoResult receiveNow(std::span<const MutableBytes> into);
  template <std::size_t N>
  IoResult receiveGathered(std::span<const MutableBytes> into);
  template <std::size_t N>
  IoResult sendGathered(std::span<const Bytes> from);
  IoResult takeOver(std::span<const Bytes> from);
  IoResult attemptFile(std::intptr_t file, std::uint64_t offset, std::size_t length);
  IoResult takeOverFile(std::intptr_t file, std::uint64_t offset, std::size_t length);

  std::shared_ptr<Shared> shared_;
  const Side side_;
  const Strategy strategy_;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t receivedAtWait_ = 0;  // when the last wait for something to receive began
};

}  // namespace sluice::net
