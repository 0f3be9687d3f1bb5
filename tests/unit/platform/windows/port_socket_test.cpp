#include "platform/port_socket.h"

#include <aclapi.h>

#include "access_list.h"
#include "child.h"
#include "platform/shared_memory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace sluice::test;
using Status = IoResult::Status;

namespace {

struct Pair {
  Pair() : ends(std::move(*PortSocket::makePair(16 * 1024))) {}
  PortSocket& a() { return ends.first; }
  PortSocket& b() { return ends.second; }
  std::pair<PortSocket, PortSocket> ends;
  PortSocket::Message message;
};

bool isSet(Handle event) { return WaitForSingleObject(system(event), 0) == WAIT_OBJECT_0; }

}  // namespace

SLUICE_TEST(onlyThisUserMayOpenThePipe) {
  Pair pair;
  QCOMPARE(accessOf(pair.a().handle(), SE_KERNEL_OBJECT), kOwnerAndSystem);
}

SLUICE_TEST(theEventIsSetWhenSomethingCame) {
  Pair pair;
  QVERIFY(!isSet(pair.b().receiveEvent()));
  QVERIFY(pair.a().send(asBytes("x"), {}, {}).status == Status::Ok);
  QVERIFY(WaitForSingleObject(system(pair.b().receiveEvent()), kPatienceMs) == WAIT_OBJECT_0);
  QCOMPARE(hear(pair.b(), pair.message), std::string("x"));
  QVERIFY(!isSet(pair.b().receiveEvent()));
}

SLUICE_TEST(theEventIsSetWhenThePeerGoesAndWhenItHadGoneBefore) {
  for (const bool waitsBefore : {true, false}) {
    Pair pair;
    if (waitsBefore) QVERIFY(!isSet(pair.b().receiveEvent()));
    pair.a() = PortSocket();
    QVERIFY(WaitForSingleObject(system(pair.b().receiveEvent()), kPatienceMs) == WAIT_OBJECT_0);
    QCOMPARE(hear(pair.b(), pair.message), std::string("end"));
    QVERIFY(isSet(pair.b().receiveEvent()));  // and stays so
  }
}

SLUICE_TEST(anEndGoesWithWhatTheSystemStillWorksOn) {
  for (int i = 0; i < 20; ++i) {
    Pair pair;
    QVERIFY(!isSet(pair.b().receiveEvent()));
    if (i % 2 == 0) pair.b() = PortSocket();
    else pair.b().take();
    QVERIFY(WaitForSingleObject(system(pair.a().receiveEvent()), kPatienceMs) == WAIT_OBJECT_0);
    QCOMPARE(hear(pair.a(), pair.message), std::string("end"));
  }
}

SLUICE_TEST(whatNobodyReadsDoesNotKeepAnEnd) {
  Pair pair;
  const std::vector<std::byte> large(16 * 1024);
  while (pair.a().send(large, {}, {}).status == Status::Ok) {
  }
  pair.a() = PortSocket();  // gives up after its patience
  std::size_t received = 0;
  while (hear(pair.b(), pair.message).size() == large.size()) ++received;
  QVERIFY(received > 0);
}

SLUICE_TEST(aSectionIsHandedToAChildAndTakenFromIt) {
  Served served({"serve"});
  QVERIFY(served.child.has_value());
  for (int i = 0; i < 5; ++i) {
    auto memory = SharedMemory::create(64 * 1024);
    const Handle given = memory->handle();
    QVERIFY(served.say("memory", std::span(&given, 1)));
    QCOMPARE(served.hear(), std::string("done"));
    QCOMPARE(int(memory->data()[7]), 42);
    auto theirs = SharedMemory::map(std::move(served.message.handles[0]), 64 * 1024);
    QVERIFY(theirs.has_value());
    QCOMPARE(int(theirs->data()[7]), 43);
  }
}

SLUICE_TEST(whoSentIsKnownByTheProcessAndNotByItsWord) {
  Served served({"serve"});
  QVERIFY(served.say("hello"));
  QCOMPARE(served.hear(), std::string("hello"));
  QCOMPARE(served.message.senderPid, std::uint64_t(served.child->id()));
}

SLUICE_TEST(aChildThatIsKilledIsTheEndOfItsPort) {
  Served served({"serve"});
  QVERIFY(served.say("hello"));
  QCOMPARE(served.hear(), std::string("hello"));
  served.child->kill();
  QCOMPARE(served.hear(), std::string("end"));
  QVERIFY(!served.say("nobody hears"));
}

SLUICE_TEST(aParentThatClosesEndsItsChildInOrder) {
  Served served({"serve"});
  QVERIFY(served.say("hello"));
  QCOMPARE(served.hear(), std::string("hello"));
  served.port = PortSocket();
  QCOMPARE(endOf(*served.child), 0);
}
