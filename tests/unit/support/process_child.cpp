// What process_test.cpp starts: process_child say|copy|ignore|wait.
#include <chrono>
#include <cstdio>
#include <string_view>
#include <thread>

#include "tests/unit/support/stop_requests.h"

namespace {

int say() {
  std::fputs("out", stdout);
  std::fputs("err", stderr);
  return 3;
}

int copy() {
  for (int c; (c = std::getchar()) != EOF;) std::putchar(c);
  return 0;
}

int wait() {
  heedStopRequests();
  std::puts("ready 7");
  std::fflush(stdout);
  std::this_thread::sleep_for(std::chrono::minutes(2));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  return what == "say" ? say() : what == "copy" ? copy() : what == "wait" ? wait() : 0;
}
