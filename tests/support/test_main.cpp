// main() of every unit test binary: one Qt Test object whose rows are the tests of the folder.
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#ifndef SLUICE_QT_TEST
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#endif

#include "core/base/assert.h"
#include "tests/support/test.h"

namespace sluice::test {

std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

namespace {
std::vector<std::pair<std::string, std::string>> options;
std::vector<std::string> filters;

// Takes our own arguments out of argv: --name=value and plain words. What begins with one dash stays for Qt Test.
void takeArguments(int& argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    if (argument.rfind("--", 0) == 0 && equals != std::string::npos) {
      options.emplace_back(argument.substr(2, equals - 2), argument.substr(equals + 1));
    } else if (argument.rfind('-', 0) != 0) {
      filters.push_back(argument);
    } else {
      argv[kept++] = argv[i];
      if (argument == "-o" && i + 1 < argc) argv[kept++] = argv[++i];
    }
  }
  argc = kept;
}

// The file that SLUICE_SKIPPED_TESTS names holds lines "TEST why it cannot pass here"; other lines begin with #.
std::optional<std::string> whySkipped(std::string_view test) {
  const char* path = std::getenv("SLUICE_SKIPPED_TESTS");
  std::ifstream file(path == nullptr ? "" : path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, why;
    if (words >> name && name == test && std::getline(words >> std::ws, why)) return why;
  }
  return std::nullopt;
}

bool wanted(const Case& test) {
  if (filters.empty()) return true;
  for (const auto& filter : filters) {
    if (std::strstr(test.name, filter.c_str()) != nullptr) return true;
  }
  return false;
}
}  // namespace

std::string option(std::string_view name, std::string_view fallback) {
  for (const auto& [key, value] : options) {
    if (key == name) return value;
  }
  return std::string(fallback);
}

}  // namespace sluice::test

#ifdef SLUICE_QT_TEST

bool sluice::test::failedSoFar() { return QTest::currentTestFailed(); }
void sluice::test::failTest(const std::string& why) { QTest::qFail(why.c_str(), __FILE__, __LINE__); }

class Tests : public QObject {
  Q_OBJECT
 private slots:
  void test_data() {
    QTest::addColumn<int>("index");
    const auto& all = sluice::test::cases();
    for (int i = 0; i < int(all.size()); ++i) {
      if (sluice::test::wanted(all[std::size_t(i)])) QTest::newRow(all[std::size_t(i)].name) << i;
    }
  }
  void test() {
    QFETCH(int, index);
    const auto& test = sluice::test::cases()[std::size_t(index)];
    if (const auto why = sluice::test::whySkipped(test.name)) QSKIP(why->c_str());
    test.run();
  }
};

int main(int argc, char** argv) {
  sluice::setBugsAreFatal(true);
  sluice::test::takeArguments(argc, argv);
  Tests tests;
  return QTest::qExec(&tests, argc, argv);
}

#include "test_main.moc"

#else

namespace sluice::test {
CaseOutcome& current() {
  static CaseOutcome outcome;
  return outcome;
}

std::string describeFailure(const char* condition, const std::string& message) {
  std::string text(condition);
  return text.append(": ").append(message);
}

bool failedSoFar() { return current().failed; }

void failTest(const std::string& why) {
  current().failed = true;
  report("FAIL", why, __FILE__, __LINE__);
}
}  // namespace sluice::test

namespace {

// As Qt Test has it: a test that does not end in its time ends the program.
class TimeLimit {
 public:
  explicit TimeLimit(const char* test) : watch_([this, test] { watch(test); }) {}
  ~TimeLimit() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    wake_.notify_one();
    watch_.join();
  }

 private:
  static std::chrono::milliseconds allowed() {
    const char* given = std::getenv("QTEST_FUNCTION_TIMEOUT");
    return std::chrono::milliseconds(given != nullptr ? std::atoll(given) : 300'000);
  }

  void watch(const char* test) {
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, allowed(), [this] { return over_; })) return;
    const auto waitedMs = static_cast<long long>(allowed().count());
    std::printf("FAIL! : %s: has not ended after %lld ms\nTotals: what follows was not run\n", test, waitedMs);
    std::fflush(stdout);
    std::_Exit(1);
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread watch_;  // last: begins with all of the others there
};

}  // namespace

int main(int argc, char** argv) {
  sluice::setBugsAreFatal(true);
  sluice::test::takeArguments(argc, argv);
  int passed = 0, failed = 0, skipped = 0;
  for (const auto& test : sluice::test::cases()) {
    if (!sluice::test::wanted(test)) continue;
    if (const auto why = sluice::test::whySkipped(test.name)) {
      ++skipped;
      std::printf("SKIP  : %s: %s\n", test.name, why->c_str());
      continue;
    }
    sluice::test::current() = {};
    {
      const TimeLimit limit(test.name);
      test.run();
    }
    const auto& outcome = sluice::test::current();
    (outcome.failed ? failed : outcome.skipped ? skipped : passed)++;
    std::printf("%s : %s\n", outcome.failed ? "FAIL!" : outcome.skipped ? "SKIP " : "PASS ", test.name);
    std::fflush(stdout);  // a crash in the next one must not take this with it
  }
  std::printf("Totals: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed == 0 ? 0 : 1;
}

#endif
