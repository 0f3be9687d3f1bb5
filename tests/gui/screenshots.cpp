// The pictures: every view of the window with real traffic, light and dark, in two sizes. gui_screenshots
// --screenshots=DIR
#include <QDir>
#include <QHeaderView>
#include <QScrollBar>
#include <QTcpServer>
#include <QTranslator>

#include "app/gui/look/appearance.h"
#include "app/gui/look/translations.h"
#include "app/gui/preferences/preferences_dialog.h"
#include "app/gui/trust/authority_dialog.h"
#include "app/gui/window/comment_dialog.h"
#include "app/gui/window/shortcuts_dialog.h"
#include "core/throttle/presets.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/demo_shop.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/websocket/frames.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

constexpr QSize kSizes[] = {{1280, 800}, {1920, 1080}};

QString folder() {
  const QString path = QString::fromStdString(sluice::test::option("screenshots", "screenshots"));
  QDir().mkpath(path);
  return path;
}

void save(QWidget& widget, const QString& name) {
  gui::test::handleEvents();
  const QString file = folder() + u'/' + name + QStringLiteral(".png");
  QVERIFY2(widget.grab().save(file), qPrintable(file));
}

// Takes the picture in both schemes and both sizes.
void saveAll(Workbench& bench, const QString& name) {
  for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
    gui::test::appearance().setFixedScheme(scheme);
    for (const QSize& size : kSizes) {
      bench.window().resize(size);
      gui::test::handleEvents();
      QTest::qWait(50);  // rows that came into view with the larger size are read
      save(bench.window(), QStringLiteral("%1-%2-%3")
                               .arg(name, scheme == Scheme::Light ? QStringLiteral("light") : QStringLiteral("dark"))
                               .arg(size.width()));
    }
  }
  gui::test::appearance().setFixedScheme(Scheme::Light);
}

// One visit to the shop as a browser and a script make it, over `port` of the proxy.
void visitShop(Workbench& bench, const std::string& shop) {
  sluice::test::Client browser(bench.proxyPort());
  const std::string fields =
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\r\nAccept: */*\r\nAccept-Language: "
      "en-GB,en;q=0.7\r\nCookie: session=2f9c1d; theme=dark\r\n";
  for (const char* path :
       {"/", "/assets/site.css", "/assets/app.js", "/assets/inter.woff2", "/images/hero-canal.png",
        "/images/boots-1041.png", "/images/lantern-1042.png", "/images/weir-map-1057.png", "/favicon.ico",
        "/api/session", "/api/products?page=1&sort=price", "/api/products?page=2&sort=price", "/api/products/9999",
        "/api/recommendations?for=1042&limit=8", "/account"}) {
    (void)browser.get(shop + path, fields);
  }
  const std::string body = "{ \"product\": 1042, \"quantity\": 1, \"note\": \"gift wrap, please\" }";
  browser.write("POST " + shop + "/api/cart HTTP/1.1\r\nHost: " + shop.substr(7) + "\r\n" + fields +
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  (void)browser.reply("POST");
  (void)browser.get(shop + "/api/metrics", fields);
}

// Another visit that leaves what only forms leave.
void sendForms(Workbench& bench, const std::string& shop) {
  sluice::test::Client browser(bench.proxyPort());
  const auto post = [&](const std::string& path, const std::string& type, const std::string& body) {
    browser.write("POST " + shop + path + " HTTP/1.1\r\nHost: " + shop.substr(7) + "\r\nCookie: session=2f9c1d\r\nContent-Type: " + type +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    (void)browser.reply("POST");
  };
  post("/sign-in?next=%2Faccount&from=cart", "application/x-www-form-urlencoded",
       "email=ada%40example.org&password=correct+horse&remember=on&csrf=9f2c41d07b");
  const std::string boundary = "----formdata-81f2c0";
  const auto part = [&](const std::string& head, const std::string& body) {
    return "--" + boundary + "\r\n" + head + "\r\n\r\n" + body + "\r\n";
  };
  post("/api/reviews", "multipart/form-data; boundary=" + boundary,
       part("Content-Disposition: form-data; name=\"product\"", "1042") + part("Content-Disposition: form-data; name=\"stars\"", "5") +
           part("Content-Disposition: form-data; name=\"text\"", "Bright, even in the fog. Grüße!") +
           part("Content-Disposition: form-data; name=\"photo\"; filename=\"lock at dawn.png\"\r\nContent-Type: image/png",
                "\x89PNG\r\n" + std::string(48'211, '\1')) +
           "--" + boundary + "--\r\n");
}

// The window with the shop's traffic in it.
bool openWithTraffic(Workbench& bench, const gui::test::DemoShop& web) {
  if (!bench.openAndListen()) return false;
  bench.inBackground([&] { visitShop(bench, "http://localhost:" + std::to_string(web.port())); });
  bench.waitForClients();
  return waitUntil([&] { return bench.window().throttleState().isKnown() && bench.window().model().rowCount() >= 15; });
}

// The worst answers first.
void takeSorted(Workbench& bench) {
  MainWindow& window = bench.window();
  window.table().horizontalHeader()->setSortIndicator(int(Column::Status), Qt::DescendingOrder);
  QTest::qWait(300);
  window.table().select(2);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("sorted"));
  window.actions().follow->trigger();
  QVERIFY(waitUntil([&] { return window.model().rowCount() >= 38 && !window.table().isSorted(); }));
}

}  // namespace

SLUICE_GUI_TEST(emptyWindow) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(waitUntil([&] { return bench.window().showsEmptyPage(); }));
  saveAll(bench, QStringLiteral("empty"));
  bench.window().actions().engine->trigger();
  QVERIFY(bench.waitForState(EngineState::Stopped));
  saveAll(bench, QStringLiteral("stopped"));
}

SLUICE_GUI_TEST(throttleDock) {
  gui::test::DemoShop web;
  Workbench bench;
  QVERIFY(openWithTraffic(bench, web));
  MainWindow& window = bench.window();
  window.actions().throttleDock->trigger();
  ThrottleDock& dock = window.throttleDock();
  saveAll(bench, QStringLiteral("throttle-off"));
  emit dock.picker().picked(*throttle::findPreset("Chrome Fast 4G"));
  dock.selfTest().button().click();
  QVERIFY(waitUntil([&] { return !window.throttleState().isTesting(); }));
  window.table().select(3);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("throttle"));
  dock.addHost(QStringLiteral("*.example.com"));
  dock.down().slider().setValue(rateScale().stepOf(64'000));
  saveAll(bench, QStringLiteral("throttle-host"));
}

SLUICE_GUI_TEST(engineThatCannotStart) {
  QTcpServer occupant;
  QVERIFY(occupant.listen(QHostAddress::LocalHost, 0));
  Workbench bench;
  bench.options.listen = {QStringLiteral("regular@127.0.0.1:%1").arg(occupant.serverPort())};
  bench.open();
  QVERIFY(bench.waitForState(EngineState::Failed));
  saveAll(bench, QStringLiteral("port-in-use"));
}

SLUICE_GUI_TEST(openConnections) {
  gui::test::DemoShop web;
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const std::string shop = "http://localhost:" + std::to_string(web.port());
  MainWindow& window = bench.window();
  window.actions().connectionsPage->trigger();
  saveAll(bench, QStringLiteral("connections-none"));
  for (int i = 0; i < 3; ++i) bench.openTunnel();
  sluice::test::Client stream(bench.proxyPort());
  stream.write("GET " + shop + "/api/stock/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
  for (int i = 0; i < 4; ++i) {
    bench.inBackground([&] { visitShop(bench, shop); });
    bench.waitForClients();
    QTest::qWait(1000);
  }
  QVERIFY(waitUntil([&] { return window.connections().model().rowCount() >= 4; }));
  window.connections().table().selectRow(1);
  QTest::qWait(1200);
  saveAll(bench, QStringLiteral("connections"));
}

SLUICE_GUI_TEST(sessionFile) {
  gui::test::DemoShop web;
  Workbench bench;
  QVERIFY(openWithTraffic(bench, web));
  MainWindow& window = bench.window();
  bool saved = false;
  SessionWindow* session = nullptr;
  QObject::connect(&window.files(), &SessionFiles::saved, &window, [&] { saved = true; });
  QObject::connect(&window.files(), &SessionFiles::opened, &window, [&](SessionWindow* opened) { session = opened; });
  const QString file = QString::fromStdString((bench.dataDir() / "checkout is slow.sluice").string());
  window.files().saveTo(file);
  QVERIFY(waitUntil([&] { return saved; }));
  window.files().openFile(file);
  QVERIFY(waitUntil([&] { return session != nullptr && session->model().rowCount() >= 15; }));
  session->table().select(10);
  session->inspector().setTab(Inspector::Tab::Response);
  for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
    gui::test::appearance().setFixedScheme(scheme);
    for (const QSize& size : kSizes) {
      session->resize(size);
      QTest::qWait(300);
      const QString name = scheme == Scheme::Light ? QStringLiteral("session-light-%1") : QStringLiteral("session-dark-%1");
      save(*session, name.arg(size.width()));
    }
  }
  gui::test::appearance().setFixedScheme(Scheme::Light);
  session->close();
}

// Every page of the preferences, and who trusts the CA.
SLUICE_GUI_TEST(dialogs) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  for (const char* host : {"*.bank.example", "updates.example.com", "localhost:8443"}) bench.keeper().link().setPassThrough(host, true);
  window.actions().preferences->trigger();
  auto* preferences = window.findChild<PreferencesDialog*>();
  QVERIFY(preferences != nullptr);
  AuthorityDialog authority(bench.dataDir(), &window);
  authority.show();
  QVERIFY(waitUntil([&] { return !authority.isBusy() && preferences->interception().hosts().count() == 3; }));
  for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
    gui::test::appearance().setFixedScheme(scheme);
    authority.lookAgain();
    QVERIFY(waitUntil([&] { return !authority.isBusy(); }));
    const QString end = scheme == Scheme::Light ? QStringLiteral("-light") : QStringLiteral("-dark");
    save(authority, QStringLiteral("authority") + end);
    for (int page = 0; page < preferences->pages().count(); ++page) {
      preferences->pages().setCurrentRow(page);
      QTest::qWait(100);
      save(*preferences, QStringLiteral("preferences-%1").arg(page + 1) + end);
    }
  }
  gui::test::appearance().setFixedScheme(Scheme::Light);
  preferences->reject();
}

SLUICE_GUI_TEST(marksFormsAndRightToLeft) {
  gui::test::DemoShop web;
  Workbench bench;
  QVERIFY(openWithTraffic(bench, web));
  bench.inBackground([&] { sendForms(bench, "http://localhost:" + std::to_string(web.port())); });
  bench.waitForClients();
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 19; }));
  window.inspector().setTab(Inspector::Tab::Request);
  window.table().select(17);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("form"));
  window.table().select(18);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("multipart"));
  const std::pair<int, Mark> marks[] = {{3, Mark::Yellow},  {8, Mark::Red},   {10, Mark::Green},
                                        {13, Mark::Orange}, {15, Mark::Blue}, {16, Mark::Purple}};
  for (const auto& [row, mark] : marks) {
    window.table().select(row);
    window.annotations().toggle(mark);
  }
  window.annotations().comment(QStringLiteral("no token sent?"));
  window.table().select(13);
  window.annotations().comment(QStringLiteral("1.2 s, then 503: ask the team"));
  window.table().select(10);
  QTest::qWait(500);
  saveAll(bench, QStringLiteral("marks"));
  window.actions().comment->trigger();
  for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
    gui::test::appearance().setFixedScheme(scheme);
    const bool light = scheme == Scheme::Light;
    save(*window.findChild<CommentDialog*>(), light ? QStringLiteral("comment-light") : QStringLiteral("comment-dark"));
  }
  window.findChild<CommentDialog*>()->reject();
  QGuiApplication::setLayoutDirection(Qt::RightToLeft);
  saveAll(bench, QStringLiteral("right-to-left"));
  QGuiApplication::setLayoutDirection(Qt::LeftToRight);
}

SLUICE_GUI_TEST(picturesAndSockets) {
  gui::test::DemoShop web;
  Workbench bench;
  QVERIFY(openWithTraffic(bench, web));
  const std::string shop = "http://localhost:" + std::to_string(web.port());
  MainWindow& window = bench.window();
  window.inspector().setTab(Inspector::Tab::Response);
  window.table().select(4);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("picture"));
  window.table().select(2);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("script"));
  sluice::test::Client chat(bench.proxyPort());
  chat.write("GET " + shop + "/live/chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  chat.write(sluice::test::frame(0x81, R"({"type": "join", "room": "lock 7"})", true));
  QVERIFY(waitUntil([&] { return window.model().rowCount() >= 18; }));
  window.table().select(17);
  SocketPage& messages = window.inspector().messages();
  QVERIFY(waitUntil([&] { return messages.model().rowCount() >= 12; }));
  window.inspector().setTab(Inspector::Tab::Messages);
  messages.openSearch();
  messages.finder().field().setText(QStringLiteral("Grace"));
  QVERIFY(waitUntil([&] { return messages.table().currentIndex().isValid(); }));
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("messages"));
}

// In the other language that there is, whose words are longer.
SLUICE_GUI_TEST(inGerman) {
  QVERIFY(installTranslations(*qApp, QLocale(QLocale::German)));
  QLocale::setDefault(QLocale(QLocale::German));
  {
    gui::test::DemoShop web;
    Workbench bench;
    QVERIFY(openWithTraffic(bench, web));
    MainWindow& window = bench.window();
    window.table().select(11);
    window.actions().throttleDock->trigger();
    QTest::qWait(300);
    saveAll(bench, QStringLiteral("german"));
    window.actions().preferences->trigger();
    auto* preferences = window.findChild<PreferencesDialog*>();
    for (int page = 0; page < preferences->pages().count(); ++page) {
      preferences->pages().setCurrentRow(page);
      QTest::qWait(100);
      save(*preferences, QStringLiteral("preferences-%1-german").arg(page + 1));
    }
    preferences->reject();
    AuthorityDialog authority(bench.dataDir(), &window);
    authority.show();
    QVERIFY(waitUntil([&] { return !authority.isBusy(); }));
    save(authority, QStringLiteral("authority-german"));
    ShortcutsDialog shortcuts(window.QWidget::actions(), &window);
    shortcuts.show();
    save(shortcuts, QStringLiteral("shortcuts-german"));
    for (int i = 0; i < 2; ++i) bench.openTunnel();
    window.actions().connectionsPage->trigger();
    window.throttleDock().hide();
    QVERIFY(waitUntil([&] { return window.connections().model().rowCount() >= 2; }));
    window.connections().table().selectAll();
    QTest::qWait(1200);
    saveAll(bench, QStringLiteral("german-connections"));
  }
  const auto translators = qApp->findChildren<QTranslator*>();
  for (QTranslator* translator : translators) QCoreApplication::removeTranslator(translator);
  QLocale::setDefault(QLocale::c());
}

// With QT_SCALE_FACTOR=2.
SLUICE_GUI_TEST(twoPixelsAPoint) {
  if (qApp->devicePixelRatio() < 2) QSKIP("one pixel a point");
  gui::test::DemoShop web;
  Workbench bench;
  QVERIFY(openWithTraffic(bench, web));
  bench.window().table().select(10);
  bench.window().inspector().setTab(Inspector::Tab::Response);
  bench.window().resize(kSizes[0]);
  QTest::qWait(300);
  save(bench.window(), QStringLiteral("two-pixels-a-point"));
}

SLUICE_GUI_TEST(trafficOfAShop) {
  gui::test::DemoShop web, api;
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const std::string shop = "http://localhost:" + std::to_string(web.port());
  const std::string other = "http://127.0.0.1:" + std::to_string(api.port());
  bench.inBackground([&] { visitShop(bench, shop); });
  bench.waitForClients();
  bench.getUrl("http://localhost:1/webhook");
  bench.openTunnel();
  bench.getUrl("http://no-such-host.invalid/status");
  bench.waitForClients();
  bench.inBackground([&] { visitShop(bench, other); });
  bench.waitForClients();
  sluice::test::Client stream(bench.proxyPort());
  stream.write("GET " + shop + "/api/stock/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
  QTest::qWait(1500);

  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() >= 38; }));
  window.table().setFocus();
  window.table().select(11);
  window.inspector().setTab(Inspector::Tab::Response);
  QTest::qWait(300);
  for (const bool right : {false, true}) {
    window.actions().inspectorRight->setChecked(right);
    const QString where = right ? QStringLiteral("right") : QStringLiteral("below");
    for (const auto& [tab, name] :
         {std::pair(Inspector::Tab::Overview, "overview"), std::pair(Inspector::Tab::Request, "request"),
          std::pair(Inspector::Tab::Response, "response")}) {
      window.inspector().setTab(tab);
      saveAll(bench, QStringLiteral("%1-%2").arg(QLatin1String(name), where));
    }
  }
  window.inspector().setTab(Inspector::Tab::Response);
  window.table().select(3);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("hex"));
  window.table().select(window.model().rowCount() - 1);
  QTest::qWait(300);
  window.inspector().response().body().events().table().selectRow(7);
  saveAll(bench, QStringLiteral("stream"));
  SourceModel& sources = window.sources().sources();
  const QModelIndex hosts = sources.groupIndex(SourceModel::Group::Hosts);
  window.sources().keepFilter(QStringLiteral("status>=400"));
  window.sources().keepFilter(QStringLiteral("type~json duration>=250ms"));
  window.sources().setFocus();
  window.sources().setCurrentIndex(sources.index(0, 0, hosts));
  QTest::qWait(300);
  window.table().select(3);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("sources"));
  window.sources().clearSelection();
  QVERIFY(waitUntil([&] { return window.model().rowCount() >= 38; }));
  takeSorted(bench);
  window.table().setFocus();
  window.table().select(18);
  window.inspector().setTab(Inspector::Tab::Overview);
  QTest::qWait(300);
  saveAll(bench, QStringLiteral("failed"));
  bench.killEngine();
  QVERIFY(waitUntil([&] { return !window.banner().isHidden() && bench.keeper().state() == EngineState::Running; }));
  window.table().clearChoice();
  saveAll(bench, QStringLiteral("restarted"));
  ShortcutsDialog shortcuts(window.QWidget::actions(), &window);
  shortcuts.show();
  save(shortcuts, QStringLiteral("shortcuts"));
}
