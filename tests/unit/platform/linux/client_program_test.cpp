#include "platform/client_program.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/test.h"

using namespace sluice;
using platform::ClientPrograms;
using platform::SocketAddress;

namespace {
std::size_t looks = 0;  // at what stands behind a descriptor
}

extern "C" {
ssize_t __real_readlinkat(int directory, const char* path, char* target, size_t size);
// The linker has it called in place of the system's.
ssize_t __wrap_readlinkat(int directory, const char* path, char* target, size_t size) {
  ++looks;
  return __real_readlinkat(directory, path, target, size);
}
}

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
    ::listen(socket_, 64);
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
    platform::ClientQuestion question(std::uint64_t connection = 0, std::vector<std::uint64_t> ended = {}) const {
      return {connection, client, server, std::move(ended)};
    }
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
    const auto found = programs.find(accepted.question());
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
    const auto found = programs.find(accepted.question());
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
  QVERIFY(!programs.find(accepted.question()).has_value());
  ::close(accepted.socket);
}

SLUICE_TEST(anAddressWithoutASocketHasNoProgram) {
  SocketAddress nobody;
  nobody.bytes[15] = 1;
  nobody.port = 1;
  QVERIFY(!ClientPrograms().find({0, nobody, nobody, {}}).has_value());
}

namespace {

// Connections of this process, by numbers.
class Clients {
 public:
  explicit Clients(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) open();
    for (std::uint64_t i = 0; i < count; ++i) QVERIFY(isFound());
  }
  ~Clients() {
    for (const int each : sockets_) ::close(each);
    for (const auto& each : accepted_) ::close(each.socket);
  }

  // The next one. Gets the lowest descriptor that is free.
  std::uint64_t open() {
    sockets_.push_back(connectTo(listener_));
    return sockets_.size() - 1;
  }
  void close(std::uint64_t connection) { ::close(std::exchange(sockets_[connection], -1)); }
  void closeAndOpen(std::uint64_t connection) {
    close(connection);
    open();
  }

  // REQUIRES: asked in the order in which they were opened.
  std::optional<platform::ClientProgram> find(std::vector<std::uint64_t> ended = {}) {
    accepted_.push_back(listener_.accept());
    return programs_.find(accepted_.back().question(accepted_.size() - 1, std::move(ended)));
  }
  bool isFound(std::vector<std::uint64_t> ended = {}) {
    const auto found = find(std::move(ended));
    return found && found->processId == std::uint64_t(::getpid());
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(addressOf(listener_.address()).port) + "/"; }

 private:
  const Listener listener_{AF_INET};
  ClientPrograms programs_;
  std::vector<int> sockets_;
  std::vector<Listener::Accepted> accepted_;
};

}  // namespace

SLUICE_TEST(whoClosesAConnectionAndOpensAnotherIsFoundAtTheFirstLook) {
  Clients clients(40);
  for (const std::uint64_t closed : {5, 33, 12, 40, 0}) {
    clients.closeAndOpen(closed);
    looks = 0;
    QVERIFY(clients.isFound({closed}));
    QCOMPARE(looks, std::size_t(1));
  }
}

// Their descriptors follow each other, but for what else the process has open.
SLUICE_TEST(whoOpensManyConnectionsIsFoundAtTheSecondLookAtMost) {
  Clients clients(1);
  for (int i = 0; i < 30; ++i) clients.open();
  QVERIFY(clients.isFound());  // behind what the test itself has opened meanwhile
  looks = 0;
  for (int i = 0; i < 29; ++i) QVERIFY(clients.isFound());
  QVERIFY2(looks <= 2 * 29, std::to_string(looks).c_str());
}

SLUICE_TEST(inWhichOrderConnectionsEndedCostsNoMoreThanOneLookEach) {
  Clients clients(40);
  for (const std::uint64_t closed : {9, 30, 5, 2}) clients.closeAndOpen(closed);
  looks = 0;
  QVERIFY(clients.isFound({9, 30, 5, 2}));
  for (int i = 0; i < 3; ++i) QVERIFY(clients.isFound());
  QVERIFY2(looks <= 8, std::to_string(looks).c_str());
}

SLUICE_TEST(whatHasTakenADescriptorMeanwhileIsNotTakenForTheClient) {
  Clients clients(3);
  clients.close(1);
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  test::Process curl("curl", {"-s", "--max-time", "60", clients.url()});
  const auto found = clients.find({1});
  QVERIFY(found);
  QCOMPARE(found->processId, std::uint64_t(curl.id()));
  ::close(other);
}

SLUICE_TEST(anotherProgramIsFoundWhereTheLatestHasADescriptorLess) {
  Clients clients(3);
  clients.close(2);
  test::Process curl("curl", {"-s", "--max-time", "60", clients.url()});
  const auto found = clients.find({2});
  QVERIFY(found);
  QCOMPARE(found->name, std::string("curl"));
  clients.open();
  QVERIFY(clients.isFound());
}
