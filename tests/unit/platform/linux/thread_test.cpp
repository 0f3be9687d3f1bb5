#include "platform/thread.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/test.h"

using namespace sluice::platform;

namespace {
std::string ownName() {
  std::ifstream comm("/proc/self/task/" + std::to_string(gettid()) + "/comm");
  std::string name;
  std::getline(comm, name);
  return name;
}

int niceness() { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }

// Of the calling thread, as the kernel tells; 0 where it tells of none.
double slice() {
  std::ifstream file("/proc/self/task/" + std::to_string(gettid()) + "/sched");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("se.slice")) return std::stod(line.substr(line.find(':') + 1));
  }
  return 0;
}
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
    name = ownName();
    background = niceness();
  }).join();
  QCOMPARE(name, std::string("background"));
  QCOMPARE(usual, before);
  QVERIFY(background > before || before == 19);
  QCOMPARE(niceness(), before);
}

// Kernels before 6.12 give all threads the same slice, and keep what they are told to themselves.
SLUICE_TEST(aPromptThreadHasAShorterSliceAndKeepsItsPriorityAndName) {
  double before = 0, after = 0, usual = 0, background = 0;
  int priority = 0;
  std::string name;
  std::thread([&] {
    before = slice();
    beginThread(nullptr, Urgency::Prompt);
    after = slice();
    priority = niceness();
    name = ownName();
    // Those that it starts are as they say themselves.
    std::thread([&] {
      beginThread("usual", Urgency::Usual);
      usual = slice();
    }).join();
    std::thread([&] {
      beginThread("background", Urgency::Background);
      background = slice();
    }).join();
  }).join();
  QCOMPARE(priority, niceness());
  QCOMPARE(name, std::string("unit_platform_l"));
  utsname system{};
  uname(&system);
  int major = 0, minor = 0;
  QCOMPARE(std::sscanf(system.release, "%d.%d", &major, &minor), 2);
  if (before == 0 || std::pair(major, minor) < std::pair(6, 12)) QSKIP("this kernel gives all threads the same slice, or does not tell");
  QVERIFY(after < before);
  QCOMPARE(usual, before);
  QCOMPARE(background, before);
}
