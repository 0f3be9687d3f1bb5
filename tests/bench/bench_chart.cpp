// The throughput chart: what a second of its movement costs of processor time, on view at 60 frames a second and hidden, beside filling
// its area once a frame. Runs offscreen.
#include <QApplication>
#include <QPainter>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "app/gui/connections/throughput_chart.h"
#include "app/gui/look/appearance.h"

using namespace sluice;
using namespace sluice::gui;

namespace {

constexpr int kSeconds = 20;
constexpr int kFramesASecond = 60;
constexpr QSize kSize(1400, 150);

control::StatusSample sampleAt(int second) {
  control::StatusSample sample;
  sample.at = WallTime(std::chrono::seconds(1'700'000'000 + second));
  sample.downBytesPerSecond = std::uint64_t(4e6 * (1 + std::sin(second * 0.7)));
  sample.upBytesPerSecond = std::uint64_t(3e5 * (1 + std::cos(second * 0.3)));
  return sample;
}

// Processor time of a second with these frames, in per cent of it.
template <class Frame>
double percent(Frame frame) {
  const std::clock_t before = std::clock();
  for (int i = 0; i < kSeconds * kFramesASecond; ++i) frame(i);
  return double(std::clock() - before) * 100 / CLOCKS_PER_SEC / kSeconds;
}

class Plain : public QWidget {
 protected:
  void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), Qt::white); }
};

int run(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  const Appearance appearance;
  Throughput throughput;
  for (int second = 0; second < 3600; ++second) throughput.add(sampleAt(second));
  ThroughputChart chart(throughput);
  chart.setLimits(2'000'000, 200'000);
  chart.resize(kSize);
  chart.show();
  Plain plain;
  plain.resize(kSize);
  plain.show();
  QCoreApplication::processEvents();
  const double filled = percent([&](int) { plain.repaint(); });
  std::printf("%-44s %5.2f %% of a core\n", "filling its area 60 times a second", filled);
  for (const auto& [zoom, name] : {std::pair(ThroughputChart::Zoom::Minute, "the chart, a minute, 60 frames a second"),
                                   std::pair(ThroughputChart::Zoom::Session, "the chart, an hour, 60 frames a second")}) {
    chart.setZoom(zoom);
    const double moving = percent([&](int i) {
      if (i % kFramesASecond == 0) {
        throughput.add(sampleAt(3600 + i));
        chart.refresh();
      }
      chart.repaint();
    });
    std::printf("%-44s %5.2f %% of a core, %.1f times as much (goal: under 3 %%)\n", name, moving, moving / filled);
  }
  chart.hide();
  const double hidden = percent([&](int i) {
    if (i % kFramesASecond != 0) return;
    chart.refresh();
    QCoreApplication::processEvents();
  });
  std::printf("%-44s %5.2f %% of a core (goal: 0)\n", "the chart, hidden", hidden);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv); }
