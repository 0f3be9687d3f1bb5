// The inspector over histories written by the real recorder.
#include "app/gui/inspector/inspector.h"
#include "app/gui/inspector/fact_sheet.h"
#include "app/gui/inspector/phase_chart.h"

#include <QBuffer>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QLineEdit>
#include <QMenu>
#include <QTextEdit>

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

// A multipart body of a field and a file.
ExchangeId recordUpload(Recording& recording) {
  const ExchangeId id = recording.beginWith(
      "POST", "/upload", "POST /upload HTTP/1.1\r\nHost: shop.test\r\nContent-Type: multipart/form-data; boundary=\"xyz\"\r\n\r\n");
  recording.body(id, capture::Direction::Request,
                 std::string("before\r\n--xyz\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n--xyz\r\n"
                             "Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: image/png\r\n\r\n") +
                     std::string("\0\1\2", 3) + "\r\n--xyz--\r\nafter");
  recording.end(id);
  return id;
}

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
      waitUntil([&] { return textOf(f.inspector.response().body().view()) == QStringLiteral("{\n  \"ok\": true\n}"); }));
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
  f.recording.answer(id, 200, "text/plain");
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

SLUICE_GUI_TEST(aLargeBodyOnOneLineIsThereToItsEnd) {
  Fixture f;
  std::string large = "[";
  for (int i = 0; i < 120'000; ++i) large += "{\"id\":" + std::to_string(i) + ",\"name\":\"caf\xc3\xa9\"},";
  large += "\"the end\"]";
  const ExchangeId id = f.recording.begin("/large");
  f.recording.answer(id, 200, "application/json");
  for (std::size_t at = 0; at < large.size(); at += 64 * 1024) {
    f.recording.body(id, capture::Direction::Response, large.substr(at, 64 * 1024));
  }
  f.recording.end(id);
  f.show(id);
  f.inspector.setTab(Inspector::Tab::Response);
  BodyPane& body = f.inspector.response().body();
  QVERIFY(waitUntil([&] { return body.view().rowCount() == 120'000 * 4 + 3; }));
  QCOMPARE(body.shownForm(), BodyForm::Pretty);
  QCOMPARE(body.view().document()->bytes().size(), qsizetype(large.size()));
  body.openSearch();
  body.searchBar().field().setText(QStringLiteral("the end"));
  QVERIFY(waitUntil([&] { return body.view().selectedText() == QStringLiteral("the end"); }));
  QCOMPARE(body.searchBar().countText(), QStringLiteral("1 of 1"));
}

SLUICE_GUI_TEST(packedBodiesAreShownUnpacked) {
  Fixture f;
  const std::string text = "{\"packed\":true}";
  const QByteArray zlib = qCompress(QByteArray::fromStdString(text)).mid(4);  // Qt puts the length before
  const ExchangeId id = f.recording.begin("/packed");
  f.recording.answerWith(id, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-encoding: deflate\r\n\r\n", "application/json");
  f.recording.body(id, capture::Direction::Response, zlib.toStdString());
  f.recording.end(id);
  f.show(id);
  BodyPane& body = f.inspector.response().body();
  QVERIFY(waitUntil([&] { return textOf(body.view()) == QStringLiteral("{\n  \"packed\": true\n}"); }));
  QVERIFY2(body.factsText().contains(QStringLiteral("deflate, 15 B unpacked")), qPrintable(body.factsText()));
  body.want(BodyForm::Text);
  QVERIFY(waitUntil([&] { return textOf(body.view()) == QString::fromStdString(text); }));
  body.want(BodyForm::Hex);
  QVERIFY(waitUntil([&] { return textOf(body.view()).startsWith(QStringLiteral("00000000  78 9c")); }));
}

SLUICE_GUI_TEST(aBodyThatIsNotWhatItsCodingSaysIsShownAsItCame) {
  Fixture f;
  const ExchangeId id = f.recording.begin("/broken");
  f.recording.answerWith(id, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "text/plain");
  f.recording.body(id, capture::Direction::Response, "not packed at all");
  f.recording.end(id);
  f.show(id);
  f.inspector.setTab(Inspector::Tab::Response);
  BodyPane& body = f.inspector.response().body();
  QVERIFY(waitUntil([&] { return textOf(body.view()).contains(QStringLiteral("not packed")); }));
  const auto labels = body.findChildren<QLabel*>();
  QVERIFY(std::any_of(labels.begin(), labels.end(), [](QLabel* label) {
    return label->isVisible() && label->text().contains(QStringLiteral("gzip"));
  }));
}

SLUICE_GUI_TEST(queryCookiesAndFormsAreTables) {
  Fixture f;
  const ExchangeId id = f.recording.beginWith(
      "POST", "/form?q=a%20b&empty&plus=1%2B1+2",
      "POST /form?q=a%20b&empty&plus=1%2B1+2 HTTP/1.1\r\nHost: shop.test\r\nCookie: a=1; b=x=y\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
  f.recording.body(id, capture::Direction::Request, "name=J%C3%BCrgen&note=1+%3C+2");
  f.recording.answerWith(id, "HTTP/1.1 200 OK\r\nSet-Cookie: s=1; Path=/; HttpOnly\r\nset-cookie: t=2\r\n\r\n", "");
  f.recording.end(id);
  f.show(id);
  using Form = MessagePage::HeadForm;
  QCOMPARE(f.inspector.request().table(Form::Query).textToCopy(), QStringLiteral("q: a b\nempty: \nplus: 1+1 2"));
  QCOMPARE(f.inspector.request().table(Form::Cookies).textToCopy(), QStringLiteral("a: 1\nb: x=y"));
  QCOMPARE(f.inspector.response().table(Form::Cookies).textToCopy(), QStringLiteral("s: 1\nt: 2"));
  QCOMPARE(f.inspector.response().table(Form::Cookies).pairs()[0].note, QStringLiteral("Path=/; HttpOnly"));
  QCOMPARE(f.inspector.request().table(Form::Fields).pairs().size(), std::size_t(3));
  BodyPane& body = f.inspector.request().body();
  QVERIFY(waitUntil([&] { return body.fields().pairs().size() == 2; }));
  QCOMPARE(body.fields().textToCopy(), QStringLiteral("name: Jürgen\nnote: 1 < 2"));
}

SLUICE_GUI_TEST(aMultipartBodyIsATableOfItsParts) {
  Fixture f;
  const ExchangeId id = recordUpload(f.recording);
  f.show(id);
  BodyPane& body = f.inspector.request().body();
  QVERIFY(waitUntil([&] { return body.fields().pairs().size() == 2; }));
  QCOMPARE(body.fields().pairs()[0].name, QStringLiteral("field"));
  QCOMPARE(body.fields().pairs()[0].value, QStringLiteral("value"));
  QCOMPARE(body.fields().pairs()[1].note, QStringLiteral("a.bin, image/png, 3 B"));
  const QString path = QString::fromStdString((f.recording.dataDir() / "part").string());
  QStringList saved;
  QObject::connect(&body, &BodyPane::saved, &body, [&](const QString& where) { saved << where; });
  body.savePart(body.fields().pairs()[1], path);
  QVERIFY(waitUntil([&] { return saved == QStringList(path); }));
  QFile file(path);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readAll(), QByteArray("\0\1\2", 3));
  body.savePart(body.fields().pairs()[1], QStringLiteral("/no/such/folder/part"));
  const auto complains = [](const QLabel* label) { return label->text().contains(QStringLiteral("/no/such/folder/part")); };
  QVERIFY(waitUntil([&] { return std::ranges::any_of(body.findChildren<QLabel*>(), complains); }));
  QCOMPARE(saved.size(), 1);
  // Two at once are both written, and what is wrong with one is not unsaid by another.
  saved.clear();
  body.savePart(body.fields().pairs()[0], path + u'1');
  body.savePart(body.fields().pairs()[1], path + u'2');
  QVERIFY(waitUntil([&] { return saved.size() == 2; }));
  QVERIFY(QFile::exists(path + u'1') && QFile::exists(path + u'2'));
  QVERIFY2(body.problemText().contains(QStringLiteral("/no/such/folder/part")), qPrintable(body.problemText()));
}

SLUICE_GUI_TEST(theColoursOfFactsFollowTheScheme) {
  Fixture f;
  f.show(f.recording.whole("/found"));
  const auto status = [&]() -> QTextEdit* {
    for (auto* value : f.inspector.facts().findChildren<QTextEdit*>()) {
      if (value->toPlainText() == QStringLiteral("200 OK")) return value;
    }
    return nullptr;
  };
  QVERIFY(waitUntil([&] { return status() != nullptr; }));
  const auto color = [&] { return status()->palette().color(QPalette::Text); };
  QCOMPARE(color(), colorsOf(Scheme::Light).good);
  gui::test::appearance().setFixedScheme(Scheme::Dark);
  gui::test::handleEvents();
  const QColor dark = color();
  gui::test::appearance().setFixedScheme(Scheme::Light);
  gui::test::handleEvents();
  QCOMPARE(dark, colorsOf(Scheme::Dark).good);
  QCOMPARE(color(), colorsOf(Scheme::Light).good);
}

SLUICE_GUI_TEST(aPictureIsScaledOnceTheViewKeepsItsSize) {
  ImageView view;
  view.resize(400, 300);
  view.show();
  QImage picture(2000, 1500, QImage::Format_RGB32);
  picture.fill(Qt::blue);
  view.setImage(picture);
  QVERIFY(waitUntil([&] { return !view.shown().isNull(); }));
  const QImage first = view.shown();
  for (int width = 401; width < 480; ++width) view.resize(width, width * 3 / 4);
  // What there is, is stretched meanwhile.
  QCOMPARE(view.shown().size(), first.size());
  QVERIFY(waitUntil([&] { return view.shown().width() > first.width(); }));
}

SLUICE_GUI_TEST(picturesAreShownAsPictures) {
  Fixture f;
  QImage picture(40, 30, QImage::Format_ARGB32);
  picture.fill(Qt::red);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  QVERIFY(buffer.open(QIODevice::WriteOnly) && picture.save(&buffer, "PNG"));
  const ExchangeId id = f.recording.whole("/red.png", 200, "image/png", bytes.toStdString());
  f.show(id);
  BodyPane& body = f.inspector.response().body();
  QVERIFY(waitUntil([&] { return body.image().image().size() == QSize(40, 30); }));
  QCOMPARE(body.shownForm(), BodyForm::Image);
  QVERIFY(body.factsText().contains(QStringLiteral("40 × 30")));
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

SLUICE_GUI_TEST(handshakesAreAmongThePhases) {
  store::ExchangeDetails details;
  details.row.phases = {100, 200, 1000, 1500, 1600, 2000};
  details.tls.resize(2);
  details.tls[0].side = Side::Client;
  details.tls[0].handshakeUs = 50;
  details.tls[1].side = Side::Upstream;
  details.tls[1].handshakeUs = 300;
  const auto spans = [&] {
    QStringList all;
    for (const Phase& each : phasesOf(details)) all << each.name + QStringLiteral(" %1-%2").arg(each.fromUs).arg(each.toUs);
    return all.join(QStringLiteral(", "));
  };
  // The connection was made for this exchange: behind connecting.
  details.tls[0].handshakeUs = -1;
  QCOMPARE(spans(), QStringLiteral("Name lookup 0-100, Connecting 100-200, TLS with server 200-500, Sending 500-1000, Waiting 1000-1600, "
                                   "Receiving 1600-2000"));
  // It stood already, because CONNECT was decrypted: before everything.
  details.tls[0].handshakeUs = 50;
  details.row.phases.resolvedUs = -1;
  QCOMPARE(spans(), QStringLiteral("TLS with server 0-300, TLS with client 300-350, Connecting 350-550, Sending 550-1350, "
                                   "Waiting 1350-1950, Receiving 1950-2350"));
  details.tls.clear();
  details.row.phases.finishedUs = -1;
  QVERIFY(phasesOf(details).empty());
}

// Menus and dialogs wait for a person, and the history goes on meanwhile.
SLUICE_GUI_TEST(aPartIsSavedAlsoWhenItsExchangeGoesWhileThePersonIsAsked) {
  QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
  Fixture f;
  f.show(recordUpload(f.recording));
  f.inspector.setTab(Inspector::Tab::Request);
  BodyPane& body = f.inspector.request().body();
  QVERIFY(waitUntil([&] { return body.fields().pairs().size() == 2; }));
  body.fields().selectRow(1);
  const QString path = QString::fromStdString((f.recording.dataDir() / "part").generic_string());  // as dialogs give it
  QTimer menus, dialogs;
  QObject::connect(&menus, &QTimer::timeout, &body, [&] {
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    if (menu == nullptr) return;
    menus.stop();
    f.inspector.inspect({});
    menu->close();
    for (QAction* action : menu->actions()) {
      if (action->text() == QStringLiteral("&Save part")) action->trigger();
    }
  });
  QObject::connect(&dialogs, &QTimer::timeout, &body, [&] {
    auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
    if (dialog == nullptr) return;
    dialogs.stop();
    dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(path);
    QMetaObject::invokeMethod(dialog, "accept");
  });
  menus.start(10);
  dialogs.start(10);
  QStringList saved;
  QObject::connect(&body, &BodyPane::saved, &body, [&](const QString& where) { saved << where; });
  QContextMenuEvent asked(QContextMenuEvent::Keyboard, {}, body.fields().mapToGlobal(QPoint(5, 5)));
  QApplication::sendEvent(&body.fields(), &asked);
  QVERIFY(waitUntil([&] { return saved == QStringList(path); }));
  QFile file(path);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readAll(), QByteArray("\0\1\2", 3));
}

SLUICE_GUI_TEST(whatIsGoneShowsNoBodyOfAnother) {
  Fixture f;
  f.show(f.recording.whole("/there"));
  QVERIFY(waitUntil([&] { return textOf(f.inspector.response().body().view()) == QStringLiteral("hello"); }));
  f.inspector.inspect(ExchangeId{999});
  QVERIFY(waitUntil([&] { return f.inspector.facts().text().contains(QStringLiteral("no longer in the history")); }));
  QCOMPARE(textOf(f.inspector.response().body().view()), QString());
  f.inspector.inspect(ExchangeId{1});
  QVERIFY(waitUntil([&] { return textOf(f.inspector.response().body().view()) == QStringLiteral("hello"); }));
}

SLUICE_GUI_TEST(groupsOfFactsLieBesideEachOtherWhereThereIsRoom) {
  FactSheet sheet;
  std::vector<Fact> facts;
  for (int group = 0; group < 4; ++group) {
    facts.push_back({{}, QStringLiteral("Group %1").arg(group)});
    for (int i = 0; i < 4; ++i) facts.push_back({QStringLiteral("Name %1").arg(i), QStringLiteral("value")});
  }
  sheet.resize(300, 900);
  sheet.show();
  sheet.setFacts(facts);
  gui::test::handleEvents();
  QCOMPARE(sheet.columns(), 1);
  const auto shownWidth = [&sheet] {
    for (const auto* value : sheet.findChildren<QTextEdit*>()) {
      if (value->isVisible()) return value->width();
    }
    return 0;
  };
  QVERIFY2(shownWidth() > 150, qPrintable(QString::number(shownWidth())));
  const int high = sheet.sizeHint().height();
  const QString text = sheet.text();
  sheet.resize(1000, 900);
  gui::test::handleEvents();
  QCOMPARE(sheet.columns(), 2);
  QVERIFY2(shownWidth() > 300, qPrintable(QString::number(shownWidth())));
  QVERIFY(sheet.sizeHint().height() < high * 6 / 10);
  QCOMPARE(sheet.text(), text);
  sheet.setFacts({facts.begin(), facts.begin() + 5});
  gui::test::handleEvents();
  sheet.resize(300, 900);
  gui::test::handleEvents();
  QCOMPARE(sheet.columns(), 1);
}
