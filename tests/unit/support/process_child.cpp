// What process_test.cpp starts: process_child say|copy|ignore|wait.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

constexpr int kStopped = 128 + SIGTERM;  // as a shell tells of a signal

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
#ifdef SIGBREAK  // Ctrl-Break
  std::signal(SIGBREAK, [](int) { std::_Exit(kStopped); });
#endif
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
