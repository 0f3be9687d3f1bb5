#include "platform/thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "tests/support/test.h"

using namespace sluice::platform;

namespace {
int niceness() { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }
}  // namespace

SLUICE_TEST(aThreadHasItsNameAndAPriorityOfItsOwn) {
  const int before = niceness();
  std::string name;
  int usual = 0, background = 0;
  std::thread([&] {
    beginThread("usual", Urgency::Usual);
    usual = niceness();
  }).join();
  std::thread([&] {
    beginThread("background", Urgency::Background);
    std::ifstream comm("/proc/self/task/" + std::to_string(gettid()) + "/comm");
    std::getline(comm, name);
    background = niceness();
  }).join();
  QCOMPARE(name, std::string("background"));
  QCOMPARE(usual, before);
  QVERIFY(background > before || before == 19);
  QCOMPARE(niceness(), before);
}
