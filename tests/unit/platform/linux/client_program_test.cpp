#include "platform/client_program.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "tests/support/process.h"
#include "tests/support/test.h"

using namespace sluice;
using platform::ClientPrograms;
using platform::SocketAddress;

namespace {

SocketAddress addressOf(const sockaddr_storage& address) {
  SocketAddress result;
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::memcpy(result.bytes.data(), &v6.sin6_addr, 16);
    result.port = ntohs(v6.sin6_port);
  } else {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    result.bytes[10] = result.bytes[11] = 0xff;
    std::memcpy(result.bytes.data() + 12, &v4.sin_addr, 4);
    result.port = ntohs(v4.sin_port);
  }
  return result;
}

// A listener on loopback, on a port of the system's choice.
class Listener {
 public:
  explicit Listener(int family) : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET6) {
      reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
    } else {
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(socket_, 8);
  }
  ~Listener() { ::close(socket_); }

  sockaddr_storage address() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    return address;
  }

  struct Accepted {
    int socket = -1;
    SocketAddress client, server;
  };
  Accepted accept() const {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int socket = ::accept4(socket_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    return {socket, addressOf(peer), addressOf(address())};
  }

 private:
  int socket_;
};

// A socket of this process, connected to the listener.
int connectTo(const Listener& listener) {
  const auto address = listener.address();
  const int socket = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return socket;
}

}  // namespace

SLUICE_TEST(theProgramBehindAConnectionIsFound) {
  for (const int family : {AF_INET, AF_INET6}) {
    const Listener listener(family);
    const auto port = std::to_string(addressOf(listener.address()).port);
    const std::string host = family == AF_INET ? "127.0.0.1" : "[::1]";
    test::Process curl("curl", {"-s", "--max-time", "60", "http://" + host + ":" + port + "/"});
    const auto accepted = listener.accept();
    ClientPrograms programs;
    const auto found = programs.find(accepted.client, accepted.server);
    QVERIFY(found);
    QCOMPARE(found->processId, std::uint64_t(curl.id()));
    QCOMPARE(found->name, std::string("curl"));
    QVERIFY(std::filesystem::path(found->path).is_absolute());
    ::close(accepted.socket);
  }
}

SLUICE_TEST(aProgramThatWasFoundIsFoundAgain) {
  const Listener listener(AF_INET);
  ClientPrograms programs;
  for (int i = 0; i < 3; ++i) {
    const int client = connectTo(listener);
    const auto accepted = listener.accept();
    const auto found = programs.find(accepted.client, accepted.server);
    QVERIFY(found);
    QCOMPARE(found->processId, std::uint64_t(::getpid()));
    ::close(client);
    ::close(accepted.socket);
  }
}

SLUICE_TEST(aConnectionWhoseClientIsGoneHasNoProgram) {
  const Listener listener(AF_INET);
  const int client = connectTo(listener);
  const auto accepted = listener.accept();
  ::close(client);
  ClientPrograms programs;
  QVERIFY(!programs.find(accepted.client, accepted.server).has_value());
  ::close(accepted.socket);
}

SLUICE_TEST(anAddressWithoutASocketHasNoProgram) {
  SocketAddress nobody;
  nobody.bytes[15] = 1;
  nobody.port = 1;
  QVERIFY(!ClientPrograms().find(nobody, nobody).has_value());
}
