// Bodies of 100 MB, sent through a real engine, in every view that there is for them: what makes them ready never holds up the window, and
// can be stopped.
#include <QBuffer>
#include <QEvent>

#include "app/gui/preferences/preferences.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/beat.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/process.h"
#include "tests/support/websocket/frames.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::Beat;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

constexpr std::size_t kLargeBytes = 100'000'000;
constexpr double kShareMax = 0.34;  // of what it costs, in one turn of the GUI thread

std::string repeated(const std::string& begin, const std::string& piece, const std::string& end) {
  std::string body = begin;
  body.reserve(kLargeBytes + piece.size() + end.size());
  while (body.size() < kLargeBytes) body += piece;
  return body + end;
}

std::string picture() {
  QImage image(5800, 5800, QImage::Format_RGB888);
  image.fill(Qt::darkCyan);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  (void)(buffer.open(QIODevice::WriteOnly) && image.save(&buffer, "BMP"));
  return bytes.toStdString();
}

// The whole window, recording as much of each body as such a body has.
struct Large {
  Workbench bench;

  Large() {
    bench.engineOptions = {QStringLiteral("--up"), QStringLiteral("20M")};  // no faster than a busy disk records it
    QSettings settings(QString::fromStdString((bench.dataDir() / "app.ini").string()), QSettings::IniFormat);
    settings.setValue(QLatin1String(kBodyMbKey), 200);
    settings.sync();
  }
  bool open() {
    if (!bench.openAndListen()) return false;
    bench.window().inspector().setTab(Inspector::Tab::Request);
    return true;
  }
  // Sends it, and waits until all of it is recorded.
  bool send(const std::string& type, const std::string& body) {
    const int row = bench.window().model().rowCount();
    bench.inBackground([this, type, &body] {
      sluice::test::Client client(bench.proxyPort());
      client.write("POST " + bench.origin().url("/upload") + " HTTP/1.1\r\nHost: large\r\nContent-Type: " + type +
                   "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
      (void)(client.write(body) && client.reply("POST"));
    });
    bench.waitForClients();
    return waitUntil([&] {
      const auto* sent = row < bench.window().model().rowCount() ? bench.window().model().rowAt(row) : nullptr;
      return sent != nullptr && sent->state == store::State::Complete && sent->request.capturedBytes == body.size();
    });
  }
  BodyPane& pane() { return bench.window().inspector().request().body(); }
  // Chooses the newest, or another form of it, and waits until it is there.
  void shows(const char* what, const std::function<void()>& choose, const std::function<bool()>& isThere) {
    Beat beat;
    choose();
    QVERIFY2(waitUntil(isThere), what);
    QVERIFY2(beat.longestMs() < kShareMax * beat.allMs(), qPrintable(QLatin1String(what) + u' ' + beat.text()));
  }
  void chooseNewest() {
    bench.window().table().clearChoice();
    bench.window().table().select(bench.window().model().rowCount() - 1);
  }
  bool hasWhole(BodyForm form, std::size_t bytes) {
    const DocumentPtr document = pane().view().document();
    return pane().shownForm() == form && document != nullptr && document->bytes().size() == qsizetype(bytes) &&
           pane().view().progressPercent() == 100;
  }
};

}  // namespace

SLUICE_GUI_TEST(aLargeBodyIsLaidOutReadAndDumpedAsideOfTheWindow) {
  Large large;
  QVERIFY(large.open());
  const std::string body = repeated("[", R"({"id":1,"name":"item","tags":["a","b"],"price":1.5},)", "0]");
  QVERIFY(large.send("application/json", body));
  large.shows("pretty", [&] { large.chooseNewest(); }, [&] { return large.hasWhole(BodyForm::Pretty, body.size()); });
  for (const auto& [form, name] : {std::pair(BodyForm::Text, "text"), std::pair(BodyForm::Hex, "hex"), std::pair(BodyForm::Raw, "raw")}) {
    large.shows(name, [&large, wanted = form] { large.pane().want(wanted); },
                [&large, &body, wanted = form] { return large.hasWhole(wanted, body.size()); });
  }
}

SLUICE_GUI_TEST(largeFormsAndPartsAreTakenApartAsideOfTheWindow) {
  Large large;
  QVERIFY(large.open());
  PairTable& fields = large.pane().fields();
  QVERIFY(large.send("application/x-www-form-urlencoded", repeated("first=1", "&name=" + std::string(50'000, 'v'), "&last=1")));
  large.shows("form", [&] { large.chooseNewest(); },
              [&] { return fields.pairs().size() > 1000 && fields.pairs().back().value == QStringLiteral("1"); });
  const std::string head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
  const std::string part = head + std::string(5'000'000, '\1') + "\r\n";
  QVERIFY(large.send("multipart/form-data; boundary=x", repeated("", part, "--x--\r\n")));
  large.shows("multipart", [&] { large.chooseNewest(); },
              [&] { return fields.pairs().size() == 20 && fields.pairs()[0].bytes == 5'000'000; });
}

SLUICE_GUI_TEST(aLargeStreamOfEventsIsListedAsideOfTheWindow) {
  Large large;
  QVERIFY(large.open());
  EventPage& events = large.pane().events();
  const std::string first = "data: " + std::string(30'000'000, 'd') + "\n\n", next = "data: " + std::string(1500, 'e') + "\n\n";
  QVERIFY(large.send("text/event-stream", repeated(first, next, "")));
  large.shows("events", [&] { large.chooseNewest(); }, [&] { return events.model().rowCount() > 40'000; });
  large.shows("one event", [&] { events.table().selectRow(0); }, [&] {
    const DocumentPtr document = events.payload().document();
    return document != nullptr && document->bytes().size() == 30'000'000 && events.payload().progressPercent() == 100;
  });
}

SLUICE_GUI_TEST(aLargePictureIsMadeToFitAsideOfTheWindow) {
  Large large;
  QVERIFY(large.open());
  QVERIFY(large.send("image/bmp", picture()));
  ImageView& image = large.pane().image();
  large.shows("picture", [&] { large.chooseNewest(); },
              [&] { return image.image().width() == 5800 && !image.shown().isNull() && image.shown().width() < 5800; });
}

SLUICE_GUI_TEST(manyLargeMessagesAreListedAndSearchedAsideOfTheWindow) {
  Large large;
  QVERIFY(large.open());
  large.bench.inBackground([&large] {
    sluice::test::Client client(large.bench.proxyPort());
    client.write("GET " + large.bench.origin().url("/chat") + " HTTP/1.1\r\nHost: large\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const std::string words = std::string(62'000, 'm') + " the same words";
    const std::string message = sluice::test::frame(0x81, words, true), echo = sluice::test::frame(0x81, words);
    for (int i = 0; i < 800; ++i) {
      client.write(message);
      (void)client.input().exactly(echo.size());  // or else both ends would wait to be read
    }
    client.write(sluice::test::frame(0x81, "and one NEEDLE", true));
    client.write(sluice::test::frame(0x88, "", true));
    while (client.input().exactly(1024).size() == 1024) {
    }
  });
  large.bench.waitForClients();
  MainWindow& window = large.bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() > 0; }));
  QVERIFY(waitUntil([&] { return window.model().rowAt(0) != nullptr && window.model().rowAt(0)->state == store::State::Complete; }));
  SocketPage& page = window.inspector().messages();
  large.shows("messages", [&] { large.chooseNewest(); }, [&] { return page.model().rowCount() == 1604; });
  window.inspector().setTab(Inspector::Tab::Messages);
  window.actions().find->trigger();
  QVERIFY(page.finder().isVisible());
  large.shows("search", [&] { page.finder().field().setText(QStringLiteral("needle")); },
              [&] { return page.finder().search().isWhole() && page.finder().search().hits().size() == 2; });
  QCOMPARE(page.finder().countText(), QStringLiteral("1 of 2"));
  // Its row is chosen, and the place in it marked.
  QVERIFY(waitUntil([&] { return page.payload().search().hits().size() == 1; }));
  QCOMPARE(page.model().at(page.table().currentIndex().row()).bytes, 14u);
  const int first = page.table().currentIndex().row();
  page.finder().step(1);
  QVERIFY(page.table().currentIndex().row() != first);
  page.finder().field().setText(QStringLiteral("nowhere in there"));
  QVERIFY(waitUntil([&] { return page.finder().countText() == QStringLiteral("Not found"); }));
}

namespace {

// Presses a button in the moment in which it shows.
class PressOnShow : public QObject {
 public:
  explicit PressOnShow(QToolButton& button) : button_(button) { button.installEventFilter(this); }
  int pressed = 0;

 protected:
  bool eventFilter(QObject*, QEvent* event) override {
    if (event->type() == QEvent::Show && pressed++ == 0) button_.click();
    return false;
  }

 private:
  QToolButton& button_;
};

}  // namespace

SLUICE_GUI_TEST(theReadingOfALargeBodyIsStoppedAndGoesOn) {
  Large large;
  QVERIFY(large.open());
  const std::string body = repeated("", "one line after the other\n", "");
  QVERIFY(large.send("text/plain", body));
  BodyPane& pane = large.pane();
  {
    PressOnShow presses(pane.stopButton());
    large.chooseNewest();
    QVERIFY(waitUntil([&] { return presses.pressed > 0 && pane.isStopped(); }));
  }
  QVERIFY(pane.factsText().contains(QStringLiteral("stopped after")));
  QVERIFY(pane.stopButton().isVisible());
  // The first screen is there to be read; nothing more comes by itself.
  large.bench.window().inspector().noteChanged({large.bench.window().table().currentId()});
  large.bench.get("/bytes/1");
  large.bench.waitForClients();
  QVERIFY(waitUntil([&] { return large.bench.window().model().rowCount() == 2; }));
  QVERIFY(pane.isStopped() && pane.view().document()->bytes().size() < qsizetype(body.size()));
  pane.stopButton().click();
  QVERIFY(!pane.isStopped() && pane.stopButton().isVisible());  // it says "Stop" again
  emit pane.formWanted();  // what has begun is cut, and still wanted
  QVERIFY(waitUntil([&] { return large.hasWhole(BodyForm::Text, body.size()); }));
  QVERIFY(!pane.stopButton().isVisible() && !pane.isStopped());
}

// Once over, and not once more for each way to look at it or each time it is chosen; and nothing of it stays.
SLUICE_GUI_TEST(aLargeBodyIsInMemoryOnceAndGoesWithItsExchange) {
  if (!sluice::test::kMemoryIsTelling) QSKIP("memory tells nothing here");
  Large large;
  QVERIFY(large.open());
  const std::string body = repeated("[", R"({"id":1,"name":"item","tags":["a","b"],"price":1.5},)", "0]");
  QVERIFY(large.send("application/json", body));
  const auto resident = [] { return qint64(sluice::test::residentBytes(QCoreApplication::applicationPid())); };
  const qint64 before = resident();
  qint64 most = 0;
  for (int i = 0; i < 3; ++i) {
    large.chooseNewest();
    QVERIFY(waitUntil([&] {
      most = std::max(most, resident());
      return large.hasWhole(BodyForm::Pretty, body.size());
    }));
  }
  large.bench.window().table().clearChoice();
  QVERIFY(waitUntil([&] { return resident() < before + 40'000'000; }));
  qInfo("a body of %zu bytes: %lld MB while it is read and shown, %lld MB afterwards", body.size(), (most - before) / 1'000'000,
        (resident() - before) / 1'000'000);
  QVERIFY2(most < before + qint64(body.size()) * 5 / 2, qPrintable(QString::number(most - before)));
}
