// A socket belongs to one completion port for as long as it lives, in all processes together. So a listener joins none:
// AcceptEx tells by an event that somebody has come, and the connection, a socket of its own, joins the loop that serves it.
#include "platform/net/listener.h"

#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/windows/object_handle.hpp>
#include <cstring>
#include <deque>
#include <system_error>

#include "platform/net/address.h"
#include "platform/net/strategy.h"

namespace sluice::net {
namespace {

using asio::ip::tcp;

std::error_code socketError() { return {WSAGetLastError(), asio::error::get_system_category()}; }

SOCKET newSocket(int family) {
  return WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

tcp::endpoint boundAddress(SOCKET socket) {
  tcp::endpoint bound;
  int size = static_cast<int>(bound.capacity());
  if (getsockname(socket, bound.data(), &size) == 0) bound.resize(static_cast<std::size_t>(size));
  return bound;
}

bool setOption(SOCKET socket, int level, int option, int value) {
  return setsockopt(socket, level, option, reinterpret_cast<const char*>(&value), sizeof value) == 0;
}

constexpr DWORD kAddressBytes = sizeof(sockaddr_storage) + 16;  // AcceptEx's own rule

// One AcceptEx. What the system writes into stays until it says that it is over.
struct Accept {
  explicit Accept(asio::io_context& loop) : event(loop, CreateEventW(nullptr, TRUE, FALSE, nullptr)) {}

  std::error_code begin(SOCKET listener, int family) {
    next = newSocket(family);
    if (next == INVALID_SOCKET) return socketError();
    operation = {};
    operation.hEvent = event.native_handle();
    ResetEvent(operation.hEvent);
    DWORD count = 0;
    const bool now = AcceptEx(listener, next, addresses.data(), 0, kAddressBytes, kAddressBytes, &count, &operation) != 0;
    running = now || WSAGetLastError() == ERROR_IO_PENDING;
    return running ? std::error_code() : socketError();
  }
  // WSA_IO_INCOMPLETE: it is not over yet.
  std::error_code outcome(SOCKET listener, bool wait) {
    DWORD count = 0, flags = 0;
    return WSAGetOverlappedResult(listener, &operation, &count, wait, &flags) ? std::error_code() : socketError();
  }
  void cancel(SOCKET listener) {
    if (running) CancelIoEx(reinterpret_cast<HANDLE>(listener), &operation);
  }
  void closeNext() {
    if (next != INVALID_SOCKET) closesocket(std::exchange(next, INVALID_SOCKET));
  }

  asio::windows::object_handle event;
  OVERLAPPED operation{};
  std::array<std::byte, 2 * kAddressBytes> addresses{};
  SOCKET next = INVALID_SOCKET;
  bool running = false;
};

// Several of them, for as long as somebody wants a connection. Who came all the same waits here. Outlives its acceptor until the last
// of them is over.
class Accepting : public std::enable_shared_from_this<Accepting> {
 public:
  Accepting(asio::io_context& loop, SOCKET listener) : loop_(loop), listener_(listener), address_(boundAddress(listener)) {
    for (std::size_t i = 0; i < nativeStrategy().acceptsInFlight; ++i) all_.emplace_back(loop);
  }
  Accepting(const Accepting&) = delete;
  Accepting& operator=(const Accepting&) = delete;
  ~Accepting() {
    cancelAll();
    for (auto& each : all_) {
      if (each.running) each.outcome(listener_, /*wait=*/true);
      each.closeNext();
    }
    closeListener();
  }

  const tcp::endpoint& address() const { return address_; }

  void begin(Acceptor::Accepted done) {
    done_ = std::move(done);
    if (!closed_) beginAll();
    if (closed_ ? isOver() : !came_.empty()) tellLater();
  }
  // Who connects from here on is refused, once nobody else has the listener: also while this object waits for its last completion.
  void close() {
    closed_ = true;
    came_.clear();
    cancelAll();
    if (!isOver()) return;
    closeListener();
    if (done_) tellLater();
  }

 private:
  struct Came {
    std::error_code code;
    tcp::socket socket;
  };

  bool isOver() const {
    return std::none_of(all_.begin(), all_.end(), [](const Accept& each) { return each.running; });
  }
  void cancelAll() {
    for (auto& each : all_) each.cancel(listener_);
  }
  void closeListener() {
    if (listener_ != INVALID_SOCKET) closesocket(std::exchange(listener_, INVALID_SOCKET));
  }

  // No more than these, together with those who wait here already.
  void beginAll() {
    std::size_t taken = came_.size();
    for (auto& each : all_) taken += each.running ? 1 : 0;
    for (auto& each : all_) {
      if (each.running || taken++ >= all_.size()) continue;
      if (const auto failed = each.begin(listener_, address_.data()->sa_family)) {
        each.closeNext();
        return came_.push_back({failed, tcp::socket(loop_)});
      }
      await(each);
    }
  }
  void await(Accept& one) {
    one.event.async_wait([self = shared_from_this(), &one](const std::error_code& code) { self->signalled(one, code); });
  }
  void signalled(Accept& one, const std::error_code& code) {
    const auto outcome = code ? code : one.outcome(listener_, /*wait=*/false);
    if (outcome.value() == WSA_IO_INCOMPLETE) return await(one);
    one.running = false;
    const bool calledOff = outcome.value() == WSA_OPERATION_ABORTED;
    if (!closed_ && !calledOff) came_.push_back(taken(one, outcome));
    one.closeNext();
    if (closed_ && isOver()) closeListener();
    if (!closed_ && calledOff && done_) beginAll();
    tell();
  }
  Came taken(Accept& one, std::error_code why) {
    if (why.value() == WSAECONNRESET || why.value() == ERROR_NETNAME_DELETED) why = asio::error::connection_aborted;  // it has left again
    // MSDN, AcceptEx: without this the new socket knows neither its addresses nor how to be shut down.
    const auto* context = reinterpret_cast<const char*>(&listener_);
    if (!why && setsockopt(one.next, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, context, sizeof listener_) != 0) why = socketError();
    tcp::socket socket(loop_);
    if (!why) socket.assign(address_.protocol(), one.next, why);
    if (!why) one.next = INVALID_SOCKET;
    return {why, std::move(socket)};
  }

  void tellLater() {
    asio::post(loop_, [self = shared_from_this()] { self->tell(); });
  }
  void tell() {
    if (!done_ || (closed_ ? !isOver() : came_.empty())) return;
    Came first{asio::error::operation_aborted, tcp::socket(loop_)};
    if (!closed_) {
      first = std::move(came_.front());
      came_.pop_front();
    }
    std::exchange(done_, nullptr)(first.code, std::move(first.socket));
    if (!done_) cancelAll();  // nobody wants another: whoever else accepts may have them
  }

  asio::io_context& loop_;
  SOCKET listener_;
  const tcp::endpoint address_;
  std::deque<Accept> all_;
  std::deque<Came> came_;
  Acceptor::Accepted done_;
  bool closed_ = false;
};

class EventAcceptor final : public Acceptor {
 public:
  EventAcceptor(asio::io_context& loop, SOCKET listener) : accepting_(std::make_shared<Accepting>(loop, listener)) {}
  EventAcceptor(const EventAcceptor&) = delete;
  EventAcceptor& operator=(const EventAcceptor&) = delete;
  ~EventAcceptor() override { accepting_->close(); }

  tcp::endpoint address() const override { return accepting_->address(); }
  void accept(Accepted done) override { accepting_->begin(std::move(done)); }
  void close() override { accepting_->close(); }

 private:
  std::shared_ptr<Accepting> accepting_;
};

}  // namespace

Result<Listener> Listener::open(const tcp::endpoint& address) {
  const auto failed = [&address](std::error_code code) { return fail(toError(code, Side::Local, "cannot listen on " + toText(address))); };
  const SOCKET socket = newSocket(address.data()->sa_family);
  if (socket == INVALID_SOCKET) return failed(socketError());
  Listener listener(static_cast<platform::Handle>(socket), {});
  // Otherwise any other program could listen on the same port and take connections away.
  if (!setOption(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1)) return failed(socketError());
  // As elsewhere, "any" means both kinds of addresses.
  if (address.address().is_v6() && !setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0)) return failed(socketError());
  if (bind(socket, address.data(), static_cast<int>(address.size())) != 0) return failed(socketError());
  if (listen(socket, SOMAXCONN) != 0) return failed(socketError());
  listener.address_ = boundAddress(socket);
  return listener;
}

Result<Listener::Ticket> Listener::ticketFor(std::int64_t process) const {
  WSAPROTOCOL_INFOW ticket{};
  if (WSADuplicateSocketW(static_cast<SOCKET>(socket_), static_cast<DWORD>(process), &ticket) != 0) {
    return fail(toError(socketError(), Side::Local, "handing over the listener of " + toText(address_)));
  }
  return Ticket{std::string(reinterpret_cast<const char*>(&ticket), sizeof ticket), {}};
}

void Listener::close() {
  if (socket_ != platform::kNoHandle) closesocket(static_cast<SOCKET>(std::exchange(socket_, platform::kNoHandle)));
}

Result<std::unique_ptr<Acceptor>> Acceptor::takeOver(asio::io_context& loop, const std::string& text, platform::OwnedHandle) {
  WSAPROTOCOL_INFOW ticket{};
  if (text.size() != sizeof ticket) return fail(Side::Local, Code::ProtocolFault, "a listener was handed over with words that are none");
  std::memcpy(&ticket, text.data(), sizeof ticket);
  const SOCKET socket = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &ticket, 0,
                                   WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  if (socket == INVALID_SOCKET) return fail(toError(socketError(), Side::Local, "a listener that was handed over"));
  return std::make_unique<EventAcceptor>(loop, socket);
}

Result<std::unique_ptr<Acceptor>> Acceptor::open(asio::io_context& loop, const tcp::endpoint& address) {
  auto listener = Listener::open(address);
  if (!listener) return fail(std::move(listener.error()));
  auto ticket = listener->ticketFor(GetCurrentProcessId());
  if (!ticket) return fail(std::move(ticket.error()));
  return takeOver(loop, ticket->text, {});
}

}  // namespace sluice::net
