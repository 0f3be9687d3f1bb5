// How numbers of a profile lie on a slider, and how they are written and read: logarithmic, since 1 KB/s and 1 GB/s must both be in
// reach. Values; any thread but for the language of the texts, which is the GUI thread's.
#pragma once

#include <QString>
#include <functional>
#include <optional>

namespace sluice::gui {

struct Scale {
  double least = 1;   // of what lies on the slider beside `none`
  double most = 1;
  enum class None { AtTheLeft, AtTheRight };  // where the slider says that there is nothing of it: no latency, no limit
  None none = None::AtTheLeft;
  std::function<QString(double)> text;
  // Nothing: it cannot be understood, or is out of range.
  std::function<std::optional<double>(const QString&)> parse;
  QString example;  // of what can be typed

  static constexpr int kSteps = 600;
  // 0 is none.
  double valueAt(int step) const;
  int stepOf(double value) const;
};

// Bytes a second; 1 KB/s to 1 GB/s, typed up to 10 GB/s.
const Scale& rateScale();
// Milliseconds; 1 ms to 10 s, typed up to a minute.
const Scale& delayScale();
// 0.1 to 100 %
const Scale& lossScale();
// 0.1 to 60 a minute
const Scale& closesScale();

}  // namespace sluice::gui
