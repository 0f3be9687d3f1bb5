#include "tests/gui/support/beat.h"

#include <algorithm>

namespace sluice::gui::test {
namespace {

double threadMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

}  // namespace

Beat::Beat() : lastMs_(threadMs()), begin_(std::clock()) {
  QObject::connect(&timer_, &QTimer::timeout, &timer_, [this] {
    const double now = threadMs();
    longestMs_ = std::max(longestMs_, now - lastMs_);
    lastMs_ = now;
    ++turns_;
  });
  timer_.start(1);
}

double Beat::allMs() const { return double(std::clock() - begin_) * 1e3 / CLOCKS_PER_SEC; }

QString Beat::text() const {
  return QStringLiteral("longest %1 of %2 ms in %3 turns").arg(longestMs_, 0, 'f', 1).arg(allMs(), 0, 'f', 1).arg(turns_);
}

}  // namespace sluice::gui::test
