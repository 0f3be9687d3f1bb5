// The turns of the GUI thread while something is made ready, in processor time, so that what else runs on the machine does not count: work
// that is done elsewhere leaves every turn short beside it. GUI thread.
#pragma once

#include <QTimer>
#include <ctime>

namespace sluice::gui::test {

class Beat {
 public:
  Beat();

  int turns() const { return turns_; }
  // Of the longest turn so far, and of all threads of this process since the beginning.
  double longestMs() const { return longestMs_; }
  double allMs() const;
  // "longest 3.1 of 210 ms in 40 turns"
  QString text() const;

 private:
  QTimer timer_;
  double lastMs_;
  double longestMs_ = 0;
  int turns_ = 0;
  const std::clock_t begin_;
};

}  // namespace sluice::gui::test
