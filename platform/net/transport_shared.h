// What of a transport outlives it while something of it is pending. For the files of the transport alone; loop thread.
#pragma once

#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "platform/net/transport.h"

namespace sluice::net {

inline bool wouldBlock(const std::error_code& code) { return code == asio::error::would_block || code == asio::error::try_again; }
inline bool isFailure(const std::error_code& code) {
  return code && !wouldBlock(code) && code != asio::error::eof && code != asio::error::operation_aborted;
}

struct Transport::Loan {
  explicit Loan(const asio::ip::tcp::socket::executor_type& loop) : idle(loop) {}

  Lender* lender = nullptr;  // null: nothing is lent
  MutableBytes memory;
  bool inFlight = false;     // the system has it
  std::size_t came = 0;      // bytes that wait to be taken, at its beginning
  std::uint64_t number = 0;  // of loans so far
  asio::cancellation_signal cancel;
  asio::steady_timer idle;  // runs once for all loans until it finds none
  bool idleRuns = false;
};

// Outlives the transport while a wait or a send that was taken over is pending.
struct Transport::Shared : std::enable_shared_from_this<Shared> {
  explicit Shared(asio::ip::tcp::socket s) : socket(std::move(s)) {}

  enum class After : std::uint8_t { Nothing, EndSending, Close };

  bool isOpen() const { return after != After::Close && socket.is_open(); }
  // A reset is told once, and where a wait receives it is told to that: what comes after it is no end in order.
  std::error_code why(const std::error_code& code) const { return code == asio::error::eof && receiveFailed ? receiveFailed : code; }
  void announceReadable() {
    waitingRead = false;
    if (isOpen() && handler != nullptr) handler->onReadable();
  }
  void announceWritable() {
    if (!waitingWrite) return;
    waitingWrite = false;
    if (isOpen() && handler != nullptr) handler->onWritable();
  }
  void receiveInto(MutableBytes memory, Lender& lender);
  void lentReceived(const std::error_code& code, std::size_t bytes);
  void watchLoan();
  std::size_t takeWhatCame(std::span<const MutableBytes> into);
  void endLoan();
  void breakOffLoan();
  bool isLent() const { return loan && loan->lender != nullptr; }

  bool isSending() const { return underWay > 0; }
  void sendTaken(Side side);
  IoResult transmit(std::intptr_t file, std::uint64_t offset, std::size_t length, Side side);
  void sent(IoResult outcome);
  void closeWhenSent();

  asio::ip::tcp::socket socket;
  Handler* handler = nullptr;
  std::error_code receiveFailed;
  bool waitingRead = false;
  bool waitingWrite = false;

  std::unique_ptr<Loan> loan;  // null: nothing was ever lent

  // SendMode::TakeOver.
  std::size_t underWay = 0;  // bytes of the send in flight, if there is one
  std::vector<std::byte> taken;  // the bytes themselves, unless they are a file's
  std::optional<Error> sendFailed;
  After after = After::Nothing;  // what is to be done once it is sent
  std::optional<asio::steady_timer> patience;
};

}  // namespace sluice::net
