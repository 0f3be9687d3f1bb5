// Child processes as every system must have them. The child is this very program: see servesAsAChildWhenItIsAskedTo.
#include "platform/child_process.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "platform/port_socket.h"
#include "platform/process.h"
#include "platform/program_path.h"
#include "tests/support/eventually.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using Status = IoResult::Status;

namespace {

constexpr std::size_t kMessage = 1000;
constexpr int kOdd = 3;  // an exit code that nothing else has

// The next message, once it has come; nothing when the other end is gone or says nothing.
std::optional<std::string> hear(PortSocket& port) {
  std::vector<std::byte> buffer(kMessage);
  PortSocket::Message message;
  IoResult result;
  test::eventually([&] { return (result = port.receive(buffer, message)).status != Status::WouldBlock; });
  if (result.status != Status::Ok) return std::nullopt;
  return std::string(asText(Bytes(buffer).first(message.bytes)));
}

bool seesTheEnd(PortSocket& port) {
  std::vector<std::byte> buffer(kMessage);
  PortSocket::Message message;
  return test::eventually([&] { return port.receive(buffer, message).status == Status::End; });
}

void say(PortSocket& port, const std::string& text) {
  test::eventually([&] { return port.send(asBytes(text), {}, {}).status != Status::WouldBlock; });
}

// A child with an end of a port, of which this side has the other.
struct Child {
  explicit Child(const std::string& role, const std::vector<std::string>& more = {}) {
    auto [ours, its] = PortSocket::makePair(kMessage).value();
    std::vector<std::string> arguments{"--child=" + role, "servesAsAChildWhenItIsAskedTo"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto given = its.take();
    const Handle handle = given.get();
    auto spawned = ChildProcess::spawn(programBeside("unit_platform").value(), arguments, {&handle, 1});
    if (!spawned) return;
    process.emplace(std::move(*spawned));
    port = std::move(ours);
    port.setPeer(process->process());
  }

  std::optional<ChildProcess> process;
  PortSocket port;
};

}  // namespace

SLUICE_TEST(servesAsAChildWhenItIsAskedTo) {
  const auto role = test::option("child", "");
  if (role.empty()) return;
  PortSocket port(inheritedHandle(0));
  if (role == "repeat") say(port, "[" + test::option("what", "") + "]");
  if (role == "exit") std::_Exit(kOdd);
  say(port, std::to_string(ownProcessId()));
  std::_Exit(seesTheEnd(port) ? 0 : 1);
}

SLUICE_TEST(aChildTalksThroughWhatItInherited) {
  Child child("talk");
  QVERIFY(child.process.has_value());
  const auto word = hear(child.port);
  QVERIFY(word.has_value());
  QCOMPARE(*word, std::to_string(child.process->id()));
  QVERIFY(!child.process->ended());
  child.port = PortSocket();
  std::optional<ChildProcess::Exit> exit;
  QVERIFY(test::eventually([&] { return (exit = child.process->ended()).has_value(); }));
  QVERIFY((*exit == ChildProcess::Exit{0, 0}));
}

// Were there a copy of it in the child, its other end would never see that it was closed.
SLUICE_TEST(whatAChildWasNotGivenItDoesNotHold) {
  auto [ours, another] = PortSocket::makePair(kMessage).value();
  Child child("talk");
  QVERIFY(hear(child.port).has_value());
  another = PortSocket();
  QVERIFY(seesTheEnd(ours));
  QVERIFY(!child.process->ended());
}

SLUICE_TEST(argumentsArriveAsTheyAre) {
  for (const std::string text : {"plain", "two words", "a \"quoted\" word", "back\\slash\\", "both\\\"", "$HOME %PATH% *", "a=b", ""}) {
    Child child("repeat", {"--what=" + text});
    QCOMPARE(hear(child.port).value_or("nothing"), "[" + text + "]");
  }
}

SLUICE_TEST(howItEndedIsToldAsOftenAsItIsAsked) {
  Child child("exit");
  std::optional<ChildProcess::Exit> exit;
  QVERIFY(test::eventually([&] { return (exit = child.process->ended()).has_value(); }));
  for (int i = 0; i < 2; ++i) {
    QVERIFY((child.process->ended() == ChildProcess::Exit{kOdd, 0}));
    QVERIFY((child.process->kill() == ChildProcess::Exit{kOdd, 0}));
  }
  QVERIFY(seesTheEnd(child.port));
}

SLUICE_TEST(aKilledChildIsGoneAtOnceAndSaysSo) {
  Child child("talk");
  QVERIFY(hear(child.port).has_value());
  const auto exit = child.process->kill();
  QVERIFY(describe(exit) == "signal 9" || describe(exit) == "killed");  // as the system calls it
  QVERIFY(child.process->ended() == exit);
  QVERIFY(child.process->kill() == exit);
  QVERIFY(seesTheEnd(child.port));
}

SLUICE_TEST(noChildOutlivesItsObject) {
  Child child("talk");
  QVERIFY(hear(child.port).has_value());
  child.process.reset();
  QVERIFY(seesTheEnd(child.port));
}

SLUICE_TEST(whatCannotBeStartedIsNamed) {
  const auto nowhere = programBeside("no-such-program").value();
  const auto child = ChildProcess::spawn(nowhere, {}, {});
  QVERIFY(!child.has_value());
  QVERIFY(child.error().side == Side::Local);
  QVERIFY(child.error().detail.find("no-such-program") != std::string::npos);
}
