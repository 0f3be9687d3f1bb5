// The inspector over histories written by the real recorder.
#include "app/gui/inspector/inspector.h"

#include "tests/gui/support/application.h"
#include "tests/gui/support/recording.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::Recording;
using gui::test::waitUntil;

namespace {

struct Fixture {
  Recording recording;
  History history{recording.dataDir(), QStringLiteral("test-history")};
  Inspector inspector{history};

  Fixture() {
    inspector.resize(700, 500);
    inspector.show();
  }
  // Shows it and waits until its facts are there.
  void show(ExchangeId id) {
    recording.flush();
    inspector.inspect(id);
    const QString path = QStringLiteral("shop.test");
    QVERIFY(waitUntil([&] { return inspector.facts().text().contains(path); }));
  }
  void changed(ExchangeId id) {
    recording.flush();
    inspector.noteChanged({id});
  }
};

QString textOf(TextView& view) {
  view.selectAll();
  return view.selectedText();
}

}  // namespace

SLUICE_GUI_TEST(headsAndBodiesAreShownAsTheyCame) {
  Fixture f;
  const ExchangeId id = f.recording.begin("/form", "POST");
  f.recording.body(id, capture::Direction::Request, "name=value");
  f.recording.answer(id, 200, "application/json");
  f.recording.body(id, capture::Direction::Response, "{\"ok\":\n true}");
  f.recording.end(id);
  f.show(id);
  QVERIFY(
      textOf(f.inspector.request().headView()).startsWith(QStringLiteral("POST /form HTTP/1.1\nHost: shop.test\n")));
  QVERIFY(textOf(f.inspector.response().headView()).startsWith(QStringLiteral("HTTP/1.1 200 Whatever\n")));
  QVERIFY(waitUntil([&] { return textOf(f.inspector.request().body().view()) == QStringLiteral("name=value"); }));
  QVERIFY(
      waitUntil([&] { return textOf(f.inspector.response().body().view()) == QStringLiteral("{\"ok\":\n true}"); }));
  const QString facts = f.inspector.facts().text();
  for (const char* fact : {"URL: http://shop.test/form", "Method: POST", "Status: 200 OK", "State: Complete",
                           "Client: 127.0.0.1:53124", "Listener: regular 127.0.0.1:8080", "Duration: 42.0 ms"}) {
    QVERIFY2(facts.contains(QLatin1String(fact)), qPrintable(facts));
  }
}

SLUICE_GUI_TEST(aRunningExchangeGrowsInView) {
  Fixture f;
  const ExchangeId id = f.recording.begin("/stream");
  f.show(id);
  QVERIFY(f.inspector.facts().text().contains(QStringLiteral("State: Running")));
  f.recording.answer(id, 200, "text/event-stream");
  f.recording.body(id, capture::Direction::Response, "data: 1\n\n");
  f.changed(id);
  QVERIFY(waitUntil([&] { return textOf(f.inspector.response().body().view()).contains(QStringLiteral("data: 1")); }));
  f.recording.body(id, capture::Direction::Response, "data: 2\n\n");
  f.recording.end(id);
  f.changed(id);
  QVERIFY(waitUntil([&] { return textOf(f.inspector.response().body().view()).contains(QStringLiteral("data: 2")); }));
  QVERIFY(f.inspector.facts().text().contains(QStringLiteral("State: Complete")));
}

SLUICE_GUI_TEST(binaryBodiesAreShownAsHexAndTextOnDemand) {
  Fixture f;
  const ExchangeId id =
      f.recording.whole("/image.png", 200, "image/png", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16));
  f.show(id);
  BodyPane& body = f.inspector.response().body();
  QVERIFY(waitUntil([&] { return textOf(body.view()).contains(QStringLiteral("89 50 4e 47")); }));
  QCOMPARE(body.shownForm(), BodyForm::Hex);
  f.inspector.setTab(Inspector::Tab::Response);
  f.inspector.toggleBodyForm();
  QVERIFY(waitUntil([&] { return body.shownForm() == BodyForm::Text; }));
  QVERIFY(textOf(body.view()).contains(QStringLiteral("PNG")));
  // The next exchange is looked at afresh.
  const ExchangeId text = f.recording.whole("/readme.txt");
  f.recording.flush();
  f.inspector.inspect(text);
  QVERIFY(waitUntil([&] { return textOf(body.view()) == QStringLiteral("hello"); }));
}

SLUICE_GUI_TEST(aBodyOverTheLimitIsCutAndSaysSo) {
  Fixture f;
  QLocale::setDefault(QLocale::c());
  const std::string line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\xc3\xa9";
  std::string large;
  while (large.size() < kShownBytesMax + 100'000) large += line;
  const ExchangeId id = f.recording.begin("/large");
  f.recording.answer(id, 200, "text/plain");
  for (std::size_t at = 0; at < large.size(); at += 16'384) {
    f.recording.body(id, capture::Direction::Response, large.substr(at, 16'384));
  }
  f.recording.end(id);
  f.show(id);
  BodyPane& body = f.inspector.response().body();
  QVERIFY(waitUntil([&] { return body.view().document() != nullptr; }));
  QCOMPARE(body.shownForm(), BodyForm::Text);
  QVERIFY2(body.factsText().contains(QStringLiteral("first 1.05 MB shown")), qPrintable(body.factsText()));
  QVERIFY(!textOf(body.view()).contains(QStringLiteral("Ã")));  // the cut inside of a character did no harm
}

SLUICE_GUI_TEST(failuresSayWhyOnEveryPage) {
  Fixture f;
  const ExchangeId id = f.recording.begin("/gone");
  f.recording.end(id, {Code::ConnectionRefused, Side::Upstream, 0, "shop.test:80"});
  f.show(id);
  QVERIFY(f.inspector.facts().text().contains(QStringLiteral("Reason: ")));
  QVERIFY(f.inspector.facts().text().contains(QStringLiteral("shop.test:80")));
}

SLUICE_GUI_TEST(markupInHeadsStaysText) {
  Fixture f;
  const ExchangeId id = f.recording.whole("/<img src=x onerror=y>/\x1b]0;title\x07", 200, "<b>html</b>");
  f.show(id);
  QVERIFY(textOf(f.inspector.request().headView()).contains(QStringLiteral("<img src=x onerror=y>/␛]0;title␇")));
  QVERIFY(f.inspector.facts().text().contains(QStringLiteral("Content type: <b>html</b>")));
}

SLUICE_GUI_TEST(goingThroughRowsFastShowsTheLastOne) {
  Fixture f;
  std::vector<ExchangeId> ids;
  for (int i = 0; i < 40; ++i)
    ids.push_back(f.recording.whole("/" + std::to_string(i), 200, "text/plain", "body " + std::to_string(i)));
  f.recording.flush();
  for (const ExchangeId id : ids) {
    f.inspector.inspect(id);
    QCoreApplication::processEvents();
  }
  QVERIFY(waitUntil([&] { return textOf(f.inspector.response().body().view()) == QStringLiteral("body 39"); }));
  QVERIFY(f.inspector.facts().text().contains(QStringLiteral("http://shop.test/39")));
  f.inspector.inspect({});
  QVERIFY(!f.inspector.exchange());
}
