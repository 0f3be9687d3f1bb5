// The window with a large history: how long until rows are on screen, what a frame costs while scrolling and while
// traffic pours in, and what memory it takes. Runs offscreen; `bench_app [ROWS]`, a million by default.
#include <QApplication>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QScrollBar>
#include <QSettings>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <random>
#include <thread>

#include "app/gui/look/appearance.h"
#include "app/gui/text/pretty_json.h"
#include "app/gui/window/main_window.h"
#include "tests/gui/support/recording.h"
#include "tests/support/process.h"

using namespace sluice;
using namespace sluice::gui;

namespace {

constexpr double kFrameMs = 1000.0 / 60;

struct Times {
  std::vector<double> ms;
  void print(const char* what) {
    std::sort(ms.begin(), ms.end());
    const auto at = [this](double share) { return ms[std::size_t(double(ms.size() - 1) * share)]; };
    const auto late = std::count_if(ms.begin(), ms.end(), [](double time) { return time > kFrameMs; });
    std::printf("%-34s p50 %6.2f ms   p99 %6.2f ms   max %6.2f ms   over 16.7 ms: %lld of %zu\n", what, at(0.5),
                at(0.99), ms.back(), static_cast<long long>(late), ms.size());
  }
};

double since(const QElapsedTimer& timer) { return double(timer.nsecsElapsed()) / 1e6; }

double residentMb() { return double(sluice::test::residentBytes(QCoreApplication::applicationPid())) / 1e6; }

void record(gui::test::Recording& recording, int rows) {
  static const char* types[] = {"text/html", "application/json", "image/png", "text/css"};
  for (int i = 0; i < rows; ++i) {
    recording.whole("/api/v2/items/" + std::to_string(i) + "?page=" + std::to_string(i % 97), i % 11 == 0 ? 404 : 200,
                    types[i % 4], {});
    if (i % 1000 == 999) recording.flush();
  }
  recording.flush();
}

// Paints one frame of the table as it is now; what it lacks is asked for and comes with later events. Processor time, so
// that a busy machine does not show as a slow frame.
double paintFrame(MainWindow& window) {
  const std::clock_t before = std::clock();
  window.table().viewport()->repaint();
  return double(std::clock() - before) * 1e3 / CLOCKS_PER_SEC;
}

void measureOpening(MainWindow& window, int rows) {
  QElapsedTimer timer;
  timer.start();
  window.show();
  window.model().refresh();
  double firstRows = 0;
  while (window.model().rowCount() < rows) {
    QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    if (firstRows == 0 && window.model().rowCount() > 0) {
      paintFrame(window);
      firstRows = since(timer);
    }
  }
  std::printf("open to the first rows painted     %8.1f ms\n", firstRows);
  std::printf("open to every id in memory         %8.1f ms\n", since(timer));
}

void measureScrolling(MainWindow& window) {
  QScrollBar* bar = window.table().verticalScrollBar();
  std::mt19937 random(1);
  Times jumps, steps, filled;
  for (int i = 0; i < 300; ++i) {
    bar->setValue(int(random() % unsigned(bar->maximum())));
    jumps.ms.push_back(paintFrame(window));
    QElapsedTimer timer;
    timer.start();
    const int row = window.table().rowAt(1);
    while (window.model().rowAt(row) == nullptr) QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
    filled.ms.push_back(since(timer));
  }
  for (int i = 0; i < 2000; ++i) {
    bar->setValue(bar->value() + 40);
    steps.ms.push_back(paintFrame(window));
    QCoreApplication::processEvents();
  }
  jumps.print("frame after a jump anywhere");
  filled.print("rows on view after such a jump");
  steps.print("frame of a steady scroll");
}

// Until the first matches are there, and until all are.
void measureFilter(MainWindow& window, const char* text) {
  QElapsedTimer timer;
  timer.start();
  bool whole = false;
  double first = -1;
  const auto done = QObject::connect(&window.model(), &ExchangeModel::loaded, &window, [&] { whole = true; });
  window.filterField().setText(QString::fromLatin1(text));
  while (!whole) {
    QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    if (first < 0 && window.model().rowCount() > 0) first = since(timer);
  }
  std::printf("filter %-27s %8.1f ms to the first rows, %.1f ms to all %d\n", text, first, since(timer), window.model().rowCount());
  QObject::disconnect(done);
}

// A body of 100 MB on one line, as the inspector shows it: from its bytes to its first screen, then to its last row.
void measureLargeBody() {
  QByteArray json = "[";
  for (int i = 0; json.size() < 100'000'000; ++i) {
    const QByteArray number = QByteArray::number(i);
    json += "{\"id\":" + number + ",\"name\":\"item number " + number + "\",\"tags\":[\"a\",\"b\"],\"price\":1.5},";
  }
  json += "0]";
  TextView view;
  view.resize(900, 700);
  view.show();
  QCoreApplication::processEvents();
  QElapsedTimer timer;
  timer.start();
  view.setDocument(std::make_shared<JsonDocument>(json));
  view.viewport()->repaint();
  std::printf("100 MB of JSON on one line         %8.1f ms to the first screen\n", since(timer));
  Times turns;
  while (view.progressPercent() < 100) {
    QElapsedTimer turn;
    turn.start();
    QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    turns.ms.push_back(since(turn));
  }
  std::printf("                                   %8.1f ms to all %lld rows\n", since(timer), static_cast<long long>(view.rowCount()));
  turns.print("turn of the GUI thread, meanwhile");
  timer.start();
  view.search().start(view.document(), QStringLiteral("item number 99999999"));
  while (!view.search().isWhole()) QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
  std::printf("                                   %8.1f ms to search all of it\n", since(timer));
}

// Rows come at a rate, the model is told some thirty times a second, as the engine does it.
void measureLive(MainWindow& window, gui::test::Recording& recording, int rowsPerSecond, int seconds) {
  std::atomic<bool> stop = false;
  std::thread traffic([&] {
    const auto start = std::chrono::steady_clock::now();
    for (int tick = 0; !stop; ++tick) {
      for (int i = 0; i < rowsPerSecond / 100; ++i)
        recording.whole("/live/" + std::to_string(i), 200, "text/plain", {});
      std::this_thread::sleep_until(start + std::chrono::milliseconds(10 * (tick + 1)));
    }
  });
  QTimer refresh;
  QObject::connect(&refresh, &QTimer::timeout, &window, [&window] { window.model().refresh(); });
  refresh.start(33);
  Times turns;
  const int before = window.model().rowCount();
  QElapsedTimer whole;
  whole.start();
  while (whole.elapsed() < seconds * 1000) {
    QElapsedTimer turn;
    turn.start();
    QCoreApplication::processEvents();
    turns.ms.push_back(since(turn));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  stop = true;
  traffic.join();
  const auto stalls = std::count_if(turns.ms.begin(), turns.ms.end(), [](double time) { return time > 50; });
  const char* how = window.table().isSorted() ? "sorted" : "as they come";
  std::printf("live, %s: %d rows a second arrived in the table, stalls over 50 ms: %lld\n", how,
              (window.model().rowCount() - before) / seconds, static_cast<long long>(stalls));
  turns.print("turn of the GUI thread, live");
}

// The whole list comes in another order: until its first rows are there, and until all are.
void measureSorting(MainWindow& window, Column column, Qt::SortOrder order) {
  QElapsedTimer timer;
  timer.start();
  bool whole = false;
  double first = -1;
  const auto done = QObject::connect(&window.model(), &ExchangeModel::loaded, &window, [&] { whole = true; });
  const auto begun = QObject::connect(&window.model(), &QAbstractItemModel::modelReset, &window, [&] { first = since(timer); });
  window.table().horizontalHeader()->setSortIndicator(int(column), order);
  Times turns;
  while (!whole) {
    QElapsedTimer turn;
    turn.start();
    QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    turns.ms.push_back(since(turn));
  }
  QObject::disconnect(done);
  QObject::disconnect(begun);
  std::printf("sort by column %-20d %8.1f ms to the first rows, %.1f ms to all\n", int(column), first, since(timer));
  turns.print("turn of the GUI thread, meanwhile");
}

}  // namespace

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  const int rows = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  Appearance appearance;
  gui::test::Recording recording;
  std::printf("recording %d exchanges\n", rows);
  record(recording, rows);

  const double before = residentMb();
  QSettings settings(QString::fromStdString((recording.dataDir() / "app.ini").string()), QSettings::IniFormat);
  History tableHistory(recording.dataDir(), QStringLiteral("table-history"));
  History inspectorHistory(recording.dataDir(), QStringLiteral("inspector-history"));
  History sourcesHistory(recording.dataDir(), QStringLiteral("sources-history"));
  EngineKeeper keeper({recording.dataDir(), {}, {}, true});
  MainWindow window({tableHistory, inspectorHistory, sourcesHistory, keeper, settings});
  window.resize(1920, 1080);
  measureOpening(window, rows);
  measureScrolling(window);
  for (const char* text : {"status=404", "items/999", "host~shop duration>=1s"}) measureFilter(window, text);
  measureFilter(window, "");
  measureLargeBody();
  window.table().setFollowing(true);
  measureLive(window, recording, 5000, 30);
  for (const Column column : {Column::Path, Column::Started}) {
    measureSorting(window, column, Qt::DescendingOrder);
    measureLive(window, recording, 5000, 10);
  }
  std::printf("memory                             %8.1f MB more than before the window: %.0f bytes a row\n",
              residentMb() - before, (residentMb() - before) * 1e6 / rows);
  return 0;
}
