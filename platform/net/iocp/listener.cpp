// A socket belongs to one completion port for as long as it lives, in all processes together. So a listener joins none:
// AcceptEx tells by an event that somebody has come, and the connection, a socket of its own, joins the loop that serves it.
#include "platform/net/listener.h"

#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/windows/object_handle.hpp>
#include <cstring>
#include <system_error>

#include "platform/net/address.h"

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

// Outlives its acceptor until the operation is over.
class Accepting : public std::enable_shared_from_this<Accepting> {
 public:
  Accepting(asio::io_context& loop, SOCKET listener)
      : loop_(loop), listener_(listener), address_(boundAddress(listener)), event_(loop, CreateEventW(nullptr, TRUE, FALSE, nullptr)) {}
  Accepting(const Accepting&) = delete;
  Accepting& operator=(const Accepting&) = delete;
  ~Accepting() {
    cancel();
    DWORD count = 0, flags = 0;
    // The system writes into this object until it says otherwise.
    if (running_) WSAGetOverlappedResult(listener_, &operation_, &count, TRUE, &flags);
    closeNext();
    closeListener();
  }

  const tcp::endpoint& address() const { return address_; }

  void begin(Acceptor::Accepted done) {
    done_ = std::move(done);
    if (closed_) return endLater(asio::error::operation_aborted);
    next_ = newSocket(address_.data()->sa_family);
    if (next_ == INVALID_SOCKET) return endLater(socketError());
    operation_ = {};
    operation_.hEvent = event_.native_handle();
    ResetEvent(operation_.hEvent);
    DWORD count = 0;
    const bool now = AcceptEx(listener_, next_, addresses_.data(), 0, kAddressBytes, kAddressBytes, &count, &operation_) != 0;
    if (!now && WSAGetLastError() != ERROR_IO_PENDING) return endLater(socketError());
    running_ = true;
    await();
  }
  // Who connects from here on is refused, once nobody else has the listener: also while this object waits for its last completion.
  void close() {
    closed_ = true;
    running_ ? cancel() : closeListener();
  }

 private:
  static constexpr DWORD kAddressBytes = sizeof(sockaddr_storage) + 16;  // AcceptEx's own rule

  void await() {
    event_.async_wait([self = shared_from_this()](const std::error_code& code) { self->signalled(code); });
  }
  void cancel() {
    if (running_) CancelIoEx(reinterpret_cast<HANDLE>(listener_), &operation_);
  }
  void closeNext() {
    if (next_ != INVALID_SOCKET) closesocket(std::exchange(next_, INVALID_SOCKET));
  }
  void closeListener() {
    if (listener_ != INVALID_SOCKET) closesocket(std::exchange(listener_, INVALID_SOCKET));
  }
  void endLater(std::error_code code) {
    closeNext();
    asio::post(loop_, [self = shared_from_this(), code] { self->end(code, tcp::socket(self->loop_)); });
  }
  void end(const std::error_code& code, tcp::socket socket) { std::exchange(done_, nullptr)(code, std::move(socket)); }

  void signalled(const std::error_code& code) {
    DWORD count = 0, flags = 0;
    std::error_code why = code;
    if (!why && !WSAGetOverlappedResult(listener_, &operation_, &count, FALSE, &flags)) why = socketError();
    if (why.value() == WSA_IO_INCOMPLETE) return await();
    running_ = false;
    if (why.value() == WSAECONNRESET || why.value() == ERROR_NETNAME_DELETED) why = asio::error::connection_aborted;  // it has left again
    if (closed_) why = asio::error::operation_aborted;
    if (closed_) closeListener();
    // MSDN, AcceptEx: without this the new socket knows neither its addresses nor how to be shut down.
    if (!why && setsockopt(next_, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, reinterpret_cast<const char*>(&listener_), sizeof listener_) != 0) {
      why = socketError();
    }
    tcp::socket socket(loop_);
    if (!why) socket.assign(address_.protocol(), next_, why);
    if (!why) next_ = INVALID_SOCKET;
    closeNext();
    end(why, std::move(socket));
  }

  asio::io_context& loop_;
  SOCKET listener_;
  const tcp::endpoint address_;
  asio::windows::object_handle event_;
  OVERLAPPED operation_{};
  std::array<std::byte, 2 * kAddressBytes> addresses_{};
  SOCKET next_ = INVALID_SOCKET;
  Acceptor::Accepted done_;
  bool running_ = false;
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
