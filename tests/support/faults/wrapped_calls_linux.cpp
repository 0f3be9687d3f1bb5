// What the linker puts in place of the system's calls (see sluice_test_faults in CMakeLists.txt of tests/support).
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <mutex>
#include <set>

#include "tests/support/faults/socket_faults.h"

// NOLINTBEGIN: names that the linker prescribes
extern "C" {

int __real_accept(int, sockaddr*, socklen_t*);
int __real_close(int);
int __real_connect(int, const sockaddr*, socklen_t);
int __real_pipe2(int*, int);
ssize_t __real_recv(int, void*, size_t, int);
ssize_t __real_recvmsg(int, msghdr*, int);
ssize_t __real_send(int, const void*, size_t, int);
ssize_t __real_sendfile(int, int, off_t*, size_t);
ssize_t __real_sendmsg(int, const msghdr*, int);
int __real_socket(int, int, int);
ssize_t __real_splice(int, off64_t*, int, off64_t*, size_t, unsigned);

}  // extern "C"

namespace sluice::test {
namespace {

using Failure = SocketFaults::Failure;

std::atomic<SocketFaults*> current = nullptr;
thread_local bool actsHere = false;

// Descriptors whose stream has ended for good. Shared by the threads that faults act in.
std::mutex mutex;
std::set<int> ended;

SocketFaults* acting() { return actsHere ? current.load() : nullptr; }

// Ports and control sockets keep their promises.
bool isTcp(int socket) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && (domain == AF_INET || domain == AF_INET6);
}

bool hasEnded(int socket) {
  const std::lock_guard lock(mutex);
  return ended.contains(socket);
}

// Readable from now on, as a stream that has ended is.
void end(int socket) {
  ::shutdown(socket, SHUT_RD);
  const std::lock_guard lock(mutex);
  ended.insert(socket);
}

// Connecting to nothing takes a connection down with a reset, and the next call on it says so.
void reset(int socket) {
  sockaddr nothing{};
  nothing.sa_family = AF_UNSPEC;
  __real_connect(socket, &nothing, sizeof nothing);
}

// Receiving from a connection that is over never blocks: there is what is left of it, or its end.
bool isOver(int socket) {
  pollfd state{socket, 0, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP)) != 0;
}

// What a message of several pieces comes to when less is to be moved.
class Shorter {
 public:
  Shorter(const msghdr& message, std::size_t bytesMax) : message_(message) {
    std::size_t count = 0;
    for (; count < message.msg_iovlen && count < pieces_.size() && bytesMax > 0; ++count) {
      pieces_[count] = message.msg_iov[count];
      pieces_[count].iov_len = std::min(pieces_[count].iov_len, bytesMax);
      bytesMax -= pieces_[count].iov_len;
    }
    message_.msg_iov = pieces_.data();
    message_.msg_iovlen = count;
  }
  msghdr* get() { return &message_; }

 private:
  msghdr message_;
  std::array<iovec, 64> pieces_{};
};

bool refuses() {
  auto* faults = acting();
  return faults != nullptr && faults->refuses();
}

template <class Result>
Result failed(int why) {
  errno = why;
  return static_cast<Result>(-1);
}

// Who was told that a receive would block waits for word that it no longer does, and epoll gives it once for each change. Setting this
// makes the kernel look again.
ssize_t blockedReceive(int socket) {
  const int lowAtOne = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &lowAtOne, sizeof lowAtOne);
  return failed<ssize_t>(EAGAIN);
}

// `go` makes the real call with no more than so many bytes.
template <class Go>
ssize_t receiving(int socket, Go go) {
  auto* faults = acting();
  if (faults == nullptr || !isTcp(socket)) return go(~std::size_t{0});
  if (hasEnded(socket)) return 0;
  const auto verdict = faults->beforeReceive();
  if (verdict.blocks && !isOver(socket)) return blockedReceive(socket);
  if (verdict.fails == Failure::Reset) reset(socket);
  if (verdict.fails == Failure::End) {
    end(socket);
    return 0;
  }
  return go(verdict.bytesMax);
}

template <class Go>
ssize_t sending(int socket, Go go) {
  auto* faults = acting();
  if (faults == nullptr || !isTcp(socket)) return go(~std::size_t{0});
  const auto verdict = faults->beforeSend();
  if (verdict.blocks) return failed<ssize_t>(EAGAIN);
  if (verdict.fails == Failure::Reset) reset(socket);
  return go(verdict.bytesMax);
}

}  // namespace

SocketFaults::SocketFaults(const Plan& plan) : plan_(plan), random_(plan.seed) { current = this; }

SocketFaults::~SocketFaults() {
  current = nullptr;
  const std::lock_guard lock(mutex);
  ended.clear();
}

void SocketFaults::actInThisThread() { actsHere = true; }

}  // namespace sluice::test


using namespace sluice::test;

extern "C" {

ssize_t __wrap_recv(int socket, void* into, size_t size, int flags) {
  return receiving(socket, [&](std::size_t max) { return __real_recv(socket, into, std::min(size, max), flags); });
}

ssize_t __wrap_recvmsg(int socket, msghdr* message, int flags) {
  return receiving(socket, [&](std::size_t max) {
    if (max == ~std::size_t{0}) return __real_recvmsg(socket, message, flags);
    Shorter shorter(*message, max);
    return __real_recvmsg(socket, shorter.get(), flags);
  });
}

ssize_t __wrap_send(int socket, const void* from, size_t size, int flags) {
  return sending(socket, [&](std::size_t max) { return __real_send(socket, from, std::min(size, max), flags); });
}

ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags) {
  return sending(socket, [&](std::size_t max) {
    if (max == ~std::size_t{0}) return __real_sendmsg(socket, message, flags);
    Shorter shorter(*message, max);
    return __real_sendmsg(socket, shorter.get(), flags);
  });
}

ssize_t __wrap_sendfile(int socket, int file, off_t* offset, size_t size) {
  return sending(socket, [&](std::size_t max) { return __real_sendfile(socket, file, offset, std::min(size, max)); });
}

// One of the two is a pipe.
ssize_t __wrap_splice(int from, off64_t* fromOffset, int to, off64_t* toOffset, size_t size, unsigned flags) {
  if (refuses()) return failed<ssize_t>(EINVAL);
  const auto go = [&](std::size_t max) { return __real_splice(from, fromOffset, to, toOffset, std::min(size, max), flags); };
  return isTcp(from) ? receiving(from, go) : sending(to, go);
}

int __wrap_accept(int listener, sockaddr* address, socklen_t* size) {
  return refuses() ? failed<int>(EMFILE) : __real_accept(listener, address, size);
}

int __wrap_connect(int socket, const sockaddr* address, socklen_t size) {
  return refuses() ? failed<int>(ECONNREFUSED) : __real_connect(socket, address, size);
}

int __wrap_socket(int domain, int type, int protocol) {
  return refuses() ? failed<int>(EMFILE) : __real_socket(domain, type, protocol);
}

int __wrap_pipe2(int* ends, int flags) { return refuses() ? failed<int>(EMFILE) : __real_pipe2(ends, flags); }

// The number may be that of another stream from here on.
int __wrap_close(int descriptor) {
  if (acting() != nullptr) {
    const std::lock_guard lock(mutex);
    ended.erase(descriptor);
  }
  return __real_close(descriptor);
}

}  // extern "C"
// NOLINTEND
