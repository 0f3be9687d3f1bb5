#include "tests/gui/support/demo_shop.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QHash>
#include <QPainter>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

namespace sluice::gui::test {
namespace {

constexpr auto kProducts = R"({
  "page": 2,
  "pages": 14,
  "products": [
    { "id": 1041, "name": "Canal boots, tall", "price": { "amount": 8900, "currency": "EUR" }, "stock": 17 },
    { "id": 1042, "name": "Lock keeper's lantern", "price": { "amount": 4250, "currency": "EUR" }, "stock": 3 },
    { "id": 1057, "name": "Weir map, 1:25,000", "price": { "amount": 1480, "currency": "EUR" }, "stock": 112 },
    { "id": 1063, "name": "Boat hook, ash, 2.4 m", "price": { "amount": 3900, "currency": "EUR" }, "stock": 0 }
  ],
  "links": { "next": "/api/products?page=3&sort=price", "previous": "/api/products?page=1&sort=price" }
}
)";

constexpr auto kPage = R"(<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>The Lock House: boots, lanterns, maps</title>
  <link rel="stylesheet" href="/assets/site.css">
  <script src="/assets/app.js" defer></script>
</head>
<body>
  <h1>Everything for the towpath</h1>
</body>
</html>
)";

constexpr auto kRule = ".product:nth-child(%) > img { width: 12rem; margin: 0 auto; }\n";
constexpr auto kFunction =
    "export function price%(cents, currency) { if (!cents) return null; return `${cents / 100} ${currency}`; }\n";

struct Answer {
  int status = 200;
  QByteArray phrase = "OK";
  QByteArray type;
  QByteArray body;
  int delayMs = 4;
  bool keepsComing = false;  // an event stream: an event now and then, no end
  QByteArray fields = {};
  bool isSocket = false;     // a WebSocket: a message now and then
};

// As many of these lines as fill so many bytes.
QByteArray repeated(qsizetype bytes, const QByteArray& line) {
  QByteArray body;
  for (int i = 1; body.size() < bytes; ++i) body += QByteArray(line).replace("%", QByteArray::number(i));
  return body;
}

// Evening at the lock: a sky, two banks, the water between them.
QByteArray picture(int height) {
  QImage image(height * 3 / 2, height, QImage::Format_RGB32);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  QLinearGradient sky(0, 0, 0, height);
  sky.setColorAt(0, QColor("#27497a"));
  sky.setColorAt(0.6, QColor("#f2b880"));
  painter.fillRect(image.rect(), sky);
  painter.setPen(Qt::NoPen);
  painter.setBrush(QColor("#fff1c9"));
  painter.drawEllipse(QPointF(image.width() * 0.62, height * 0.46), height * 0.09, height * 0.09);
  painter.setBrush(QColor("#2c5f7d"));
  painter.drawRect(QRectF(0, height * 0.62, image.width(), height * 0.38));
  painter.setBrush(QColor("#24402f"));
  painter.drawPolygon(QPolygonF({{0, height * 0.5}, {image.width() * 0.4, height * 0.63}, {0, double(height)}}));
  painter.drawPolygon(QPolygonF({{double(image.width()), height * 0.55}, {image.width() * 0.7, height * 0.63},
                                 {double(image.width()), height * 0.9}}));
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return bytes;
}

QByteArray filled(qsizetype bytes, const QByteArray& beginning) {
  QByteArray body = beginning;
  unsigned state = 7;
  while (body.size() < bytes) body.append(char((state = state * 1664525u + 1013904223u) >> 24));
  return body;
}

Answer answerFor(const QByteArray& method, const QByteArray& target) {
  const QByteArray path = target.left(target.indexOf('?') < 0 ? target.size() : target.indexOf('?'));
  if (path == "/") return {200, "OK", "text/html; charset=utf-8", kPage, 38};
  if (path == "/assets/site.css") return {200, "OK", "text/css", repeated(18'204, kRule), 6};
  if (path == "/assets/app.js") return {200, "OK", "text/javascript", repeated(214'330, kFunction), 11};
  if (path == "/assets/inter.woff2") return {200, "OK", "font/woff2", filled(98'868, "wOF2"), 5};
  if (path == "/favicon.ico") return {304, "Not Modified", "", "", 2};
  if (path.startsWith("/images/")) return {200, "OK", "image/png", picture(300 + int(path.size()) * 10), 9};
  if (path == "/api/products") return {200, "OK", "application/json", kProducts, 61};
  if (path == "/api/cart" && method == "POST") {
    return {201,
            "Created",
            "application/json",
            "{\n  \"id\": \"c_81f2\",\n  \"items\": 1,\n  \"total\": 4250\n}\n",
            84,
            false,
            "Location: /api/cart/c_81f2\r\n"};
  }
  if (path == "/api/session")
    return {401, "Unauthorized", "application/problem+json", "{ \"title\": \"Sign in first\" }\n", 12};
  if (path == "/api/recommendations") return {503, "Service Unavailable", "text/plain", "no backend answered\n", 1240};
  if (path == "/account") return {302, "Found", "text/plain", "", 7, false, "Location: /sign-in?next=%2Faccount\r\n"};
  if (path == "/live/chat") return {101, "Switching Protocols", "", "", 3, false, "Upgrade: websocket\r\nConnection: Upgrade\r\n", true};
  if (path == "/api/stock/live") return {200, "OK", "text/event-stream", "", 3, true};
  if (path == "/api/metrics") return {204, "No Content", "", "", 5};
  return {404, "Not Found", "application/json", "{ \"error\": \"no such product\" }\n", 18};
}

// RFC 6455 4.2.2.
QByteArray acceptField(const QByteArray& head) {
  const auto at = head.toLower().indexOf("sec-websocket-key:") + 18;
  const QByteArray key = head.sliced(at).split('\r').front().trimmed() + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  return "Sec-WebSocket-Accept: " + QCryptographicHash::hash(key, QCryptographicHash::Sha1).toBase64() + "\r\n";
}

QByteArray headOf(const Answer& answer) {
  QByteArray head = "HTTP/1.1 " + QByteArray::number(answer.status) + ' ' + answer.phrase + "\r\n";
  head += "Server: lock-house/2.4\r\nCache-Control: private, max-age=60\r\n" + answer.fields;
  if (!answer.type.isEmpty()) head += "Content-Type: " + answer.type + "\r\n";
  if (answer.keepsComing) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (answer.status != 204 && answer.status != 304 && !answer.isSocket) {
    head += "Content-Length: " + QByteArray::number(answer.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

void sendEvent(QTcpSocket* socket, int number) {
  const QByteArray event =
      "event: stock\ndata: {\"id\": 1042, \"stock\": " + QByteArray::number(100 - number) + "}\n\n";
  socket->write(QByteArray::number(event.size(), 16) + "\r\n" + event + "\r\n");
}

// Unmasked, as servers send them (RFC 6455 5.1).
void sendMessage(QTcpSocket* socket, int number) {
  const char* const said[] = {R"({"type": "joined", "room": "lock 7", "people": 4})",
                              R"({"type": "text", "from": "Ada", "text": "Is the lower gate open already?"})",
                              R"({"type": "level", "metres": 2.41, "trend": "rising"})",
                              R"({"type": "text", "from": "Grace", "text": "In ten minutes. Grüße!"})", "pong"};
  const QByteArray text = said[number % 5];
  socket->write(QByteArray("\x81") + char(text.size()) + text);
}

void answer(QTcpSocket* socket, const Answer& reply) {
  socket->write(headOf(reply) + reply.body);
  if (!reply.keepsComing && !reply.isSocket) return;
  auto* timer = new QTimer(socket);
  timer->setProperty("number", 0);
  QObject::connect(timer, &QTimer::timeout, socket, [socket, timer, isSocket = reply.isSocket] {
    const int number = timer->property("number").toInt();
    timer->setProperty("number", number + 1);
    isSocket ? sendMessage(socket, number) : sendEvent(socket, number);
  });
  timer->start(40);
}

void serve(QTcpSocket* socket) {
  auto received = std::make_shared<QByteArray>();
  QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket, received] {
    *received += socket->readAll();
    for (auto end = received->indexOf("\r\n\r\n"); end >= 0; end = received->indexOf("\r\n\r\n")) {
      const auto lengthAt = received->toLower().indexOf("content-length:");
      const auto body =
          lengthAt >= 0 && lengthAt < end ? received->mid(lengthAt + 15, 8).trimmed().split('\r').value(0).toInt() : 0;
      if (received->size() < end + 4 + body) return;
      const auto words = received->left(received->indexOf("\r\n")).split(' ');
      Answer reply = answerFor(words.value(0), words.value(1));
      if (reply.isSocket) reply.fields += acceptField(received->left(end));
      QTimer::singleShot(reply.delayMs, socket, [socket, reply] { answer(socket, reply); });
      received->remove(0, end + 4 + body);
    }
  });
  QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
}

}  // namespace

DemoShop::DemoShop() {
  auto* server = new QTcpServer;
  QObject::connect(server, &QTcpServer::newConnection, server, [server] {
    while (QTcpSocket* socket = server->nextPendingConnection()) serve(socket);
  });
  server->listen(QHostAddress::LocalHost, 0);
  port_ = server->serverPort();
  server->moveToThread(&thread_);
  QObject::connect(&thread_, &QThread::finished, server, &QObject::deleteLater);
  thread_.start();
}

DemoShop::~DemoShop() {
  thread_.quit();
  thread_.wait();
}

}  // namespace sluice::gui::test
