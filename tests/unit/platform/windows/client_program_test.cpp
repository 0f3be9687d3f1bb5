#include "platform/client_program.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>
#include <string>

#include "tests/support/test.h"

using namespace sluice;
using platform::ClientPrograms;
using platform::SocketAddress;

namespace {

// A connection of this process with itself, over loopback.
class Connection {
 public:
  explicit Connection(int family) {
    WSADATA ignored;
    WSAStartup(MAKEWORD(2, 2), &ignored);
    sockaddr_storage address{};
    address.ss_family = static_cast<ADDRESS_FAMILY>(family);
    if (family == AF_INET6) {
      reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
    } else {
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    const int size = family == AF_INET6 ? int{sizeof(sockaddr_in6)} : int{sizeof(sockaddr_in)};
    listener_ = socket(family, SOCK_STREAM, IPPROTO_TCP);
    client_ = socket(family, SOCK_STREAM, IPPROTO_TCP);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_, 1);
    const auto server = nameOf(listener_);
    connect(client_, reinterpret_cast<const sockaddr*>(&server), size);
    accepted_ = ::accept(listener_, nullptr, nullptr);
    // Wine knows whose a socket is once its program has sent or received over it.
    char byte = 'x';
    send(client_, &byte, 1, 0);
    recv(accepted_, &byte, 1, 0);
  }
  ~Connection() {
    for (const SOCKET each : {client_, accepted_, listener_}) closesocket(each);
    WSACleanup();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  SocketAddress client() const { return addressOf(nameOf(client_)); }
  SocketAddress server() const { return addressOf(nameOf(accepted_)); }

 private:
  static sockaddr_storage nameOf(SOCKET socket) {
    sockaddr_storage name{};
    int size = sizeof name;
    getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size);
    return name;
  }
  static SocketAddress addressOf(const sockaddr_storage& address) {
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

  SOCKET listener_ = INVALID_SOCKET, client_ = INVALID_SOCKET, accepted_ = INVALID_SOCKET;
};

void findThisProgram(int family) {
  const Connection connection(family);
  const auto found = ClientPrograms().find({0, connection.client(), connection.server(), {}});
  QVERIFY(found.has_value());
  QCOMPARE(found->processId, std::uint64_t(GetCurrentProcessId()));
  QVERIFY2(found->name.starts_with("unit_platform_windows"), found->name.c_str());
  QVERIFY2(found->path.ends_with("\\" + found->name), found->path.c_str());
}

}  // namespace

SLUICE_TEST(theProgramBehindAConnectionIsFound) { findThisProgram(AF_INET); }
SLUICE_TEST(theProgramBehindAConnectionOverIpv6IsFound) { findThisProgram(AF_INET6); }

SLUICE_TEST(anAddressWithoutASocketHasNoProgram) {
  SocketAddress nobody;
  nobody.bytes[15] = 1;
  nobody.port = 1;
  QVERIFY(!ClientPrograms().find({0, nobody, nobody, {}}).has_value());
}
