#include "platform/control_endpoint.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdlib>

#include "platform/data_dir.h"
#include "platform/local_socket.h"
#include "tests/support/child_process_posix.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace std::chrono_literals;
using std::filesystem::path;

namespace {

unsigned permissions(const path& name) {
  struct stat status {};
  return stat(name.c_str(), &status) == 0 ? status.st_mode & 0777u : 0;
}

bool canConnect(const std::string& address) { return LocalSocket::connect(address, 10s).has_value(); }

// Accepts what has connected; kNoHandle when nobody did in time.
OwnedHandle acceptOne(Handle listener) {
  pollfd waiting{static_cast<int>(listener), POLLIN, 0};
  if (poll(&waiting, 1, 10'000) != 1) return {};
  return OwnedHandle(accept(static_cast<int>(listener), nullptr, nullptr));
}

}  // namespace

SLUICE_TEST(listensInTheDataDirectoryForItsOwnerOnly) {
  const test::TemporaryDirectory dir;
  QVERIFY(ensurePrivateDirectory(dir.path()).has_value());
  auto endpoint = ControlEndpoint::listen(dir.path());
  QVERIFY(endpoint.has_value());
  QCOMPARE(endpoint->address(), (dir / "control.sock").string());
  QCOMPARE(permissions(endpoint->address()), 0600u);
  QVERIFY(canConnect(endpoint->address()));
}

SLUICE_TEST(theListenerDoesNotBlockAndIsClosedOnExec) {
  const test::TemporaryDirectory dir;
  auto endpoint = ControlEndpoint::listen(dir.path());
  QVERIFY(endpoint.has_value());
  const OwnedHandle listener(endpoint->takeListener());
  const int descriptor = static_cast<int>(listener.get());
  QVERIFY((fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0);
  QVERIFY((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
  QVERIFY(accept(descriptor, nullptr, nullptr) == -1);
}

SLUICE_TEST(replacesTheSocketThatADeadEngineLeft) {
  const test::TemporaryDirectory dir;
  test::ChildProcess dead([&] {
    auto endpoint = ControlEndpoint::listen(dir.path());
    _exit(endpoint ? 0 : 1);  // no destructor runs: as a crash
    return 0;
  });
  QCOMPARE(dead.wait(), 0);
  QVERIFY(std::filesystem::exists(dir / "control.sock"));
  QVERIFY(!canConnect((dir / "control.sock").string()));
  auto endpoint = ControlEndpoint::listen(dir.path());
  QVERIFY(endpoint.has_value());
  QVERIFY(canConnect(endpoint->address()));
}

SLUICE_TEST(removesItsSocketInTheEnd) {
  const test::TemporaryDirectory dir;
  {
    auto endpoint = ControlEndpoint::listen(dir.path());
    QVERIFY(endpoint.has_value());
    auto moved = *std::move(endpoint);
    QVERIFY(std::filesystem::exists(dir / "control.sock"));
  }
  QVERIFY(!std::filesystem::exists(dir / "control.sock"));
}

SLUICE_TEST(aDataDirectoryWithALongNameGetsAShortPrivateAddress) {
  const test::TemporaryDirectory dir, runtime;
  const auto dataDir = dir / std::string(100, 'd') / std::string(100, 'd');
  QVERIFY(ensurePrivateDirectory(dataDir).has_value());
  setenv("XDG_RUNTIME_DIR", runtime.path().c_str(), 1);
  path address;
  {
    auto endpoint = ControlEndpoint::listen(dataDir);
    unsetenv("XDG_RUNTIME_DIR");
    QVERIFY(endpoint.has_value());
    address = endpoint->address();
    QCOMPARE(address.parent_path().parent_path().string(), runtime.path().string());
    QCOMPARE(permissions(address), 0600u);
    QCOMPARE(permissions(address.parent_path()), 0700u);
    QVERIFY(canConnect(address.string()));
  }
  QVERIFY(std::filesystem::is_empty(runtime.path()));
}

SLUICE_TEST(withoutARuntimeDirectoryTheTemporaryOneServes) {
  const test::TemporaryDirectory dir, temporary;
  const auto dataDir = dir / std::string(120, 'd');
  QVERIFY(ensurePrivateDirectory(dataDir).has_value());
  unsetenv("XDG_RUNTIME_DIR");
  setenv("TMPDIR", temporary.path().c_str(), 1);
  const auto endpoint = ControlEndpoint::listen(dataDir);
  unsetenv("TMPDIR");
  QVERIFY(endpoint.has_value());
  QVERIFY(endpoint->address().rfind(temporary.path().string() + "/sluice-", 0) == 0);
}

SLUICE_TEST(aConnectionOfThisUserIsKnown) {
  const test::TemporaryDirectory dir;
  auto endpoint = ControlEndpoint::listen(dir.path());
  QVERIFY(endpoint.has_value());
  const OwnedHandle listener(endpoint->takeListener());
  const auto client = LocalSocket::connect(endpoint->address(), 10s);
  QVERIFY(client.has_value());
  const auto accepted = acceptOne(listener.get());
  QVERIFY(bool(accepted));
  QVERIFY(peerIsThisUser(accepted.get()));
}

SLUICE_TEST(aConnectionOfAnotherUserIsKnownAsSuch) {
  if (geteuid() != 0) QSKIP("only root can become another user");
  const test::TemporaryDirectory dir;
  auto endpoint = ControlEndpoint::listen(dir.path());
  QVERIFY(endpoint.has_value());
  const OwnedHandle listener(endpoint->takeListener());
  QVERIFY(chmod(endpoint->address().c_str(), 0666) == 0);  // the door stands open; the second lock must hold
  test::ChildProcess other([&] {
    if (setuid(test::kNobody) != 0) return 1;
    const auto client = LocalSocket::connect(endpoint->address(), 10s);
    if (!client) return 2;
    pause();
    return 0;
  });
  const auto accepted = acceptOne(listener.get());
  QVERIFY(bool(accepted));
  QVERIFY(!peerIsThisUser(accepted.get()));
}

SLUICE_TEST(whatIsNoConnectionBelongsToNobody) {
  QVERIFY(!peerIsThisUser(kNoHandle));
}
