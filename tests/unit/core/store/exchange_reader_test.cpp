#include "core/store/exchange_reader.h"

#include "core/store/reader.h"
#include "core/store/session_file.h"
#include "core/store/sql_connection.h"
#include "platform/file.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

SLUICE_TEST(tellsThatAnExchangeDoesNotExist) {
  History history;
  VERIFY_OK(history.start());
  auto reader = history.reader();
  QVERIFY(!reader.exchange(ExchangeId{1}).value());
  const auto body = reader.openBody(ExchangeId{1}, Direction::Request);
  QVERIFY(!body);
  QVERIFY(body.error().code == Code::NotFound);
}

SLUICE_TEST(readsABodyInPiecesAsStoredWhenItWasOpened) {
  History history;
  VERIFY_OK(history.start());
  const std::string whole = pattern(300'000);
  for (const std::size_t first : {std::size_t{1000}, std::size_t{200'000}}) {
    const std::uint64_t id = first;
    history.recorder->record(started(id));
    history.recorder->record(chunk(id, whole.substr(0, first)));
    history.recorder->flush();
    auto body = history.reader().openBody(ExchangeId{id}, Direction::Response);
    VERIFY_OK(body);
    QCOMPARE(body->bytes(), std::uint64_t(first));
    history.recorder->record(chunk(id, whole.substr(first)));
    history.recorder->record(ended(id, whole.size()));
    history.recorder->flush();
    std::string read;
    std::byte buffer[777];
    for (;;) {
      const auto count = body->read(buffer);
      VERIFY_OK(count);
      if (*count == 0) break;
      read += asText(Bytes(buffer, *count));
    }
    QVERIFY(read == whole.substr(0, first));
    QVERIFY(history.body(id) == whole);
  }
}

SLUICE_TEST(givesWhatPeopleSearchInOfWhatHasEnded) {
  History history;
  VERIFY_OK(history.start());
  for (const std::uint64_t id : {1, 2, 3, 4}) {
    history.recorder->record(started(id));
    auto response = responded(id);
    if (id == 3) response.responseHead = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n";
    history.recorder->record(response);
    history.recorder->record(chunk(id, "asked " + std::to_string(id), Direction::Request));
    history.recorder->record(chunk(id, id == 4 ? std::string(200'000, 'x') : "answered " + std::to_string(id)));
    if (id != 2) history.recorder->record(ended(id));
  }
  history.recorder->flush();
  auto reader = history.reader();
  std::vector<SearchedExchange> found;
  const ExchangeId ids[] = {ExchangeId{4}, ExchangeId{1}, ExchangeId{2}, ExchangeId{9}, ExchangeId{3}};
  const auto all = reader.searched(ids, [&](const SearchedExchange& exchange) {
    found.push_back(exchange);
    return true;
  });
  QVERIFY(all.value());
  QCOMPARE(found.size(), std::size_t(3));
  QVERIFY(found[0].id == ExchangeId{4} && found[1].id == ExchangeId{1} && found[2].id == ExchangeId{3});
  QVERIFY(found[0].responseBody == std::string(200'000, 'x'));
  QCOMPARE(found[1].requestBody, std::string("asked 1"));
  QCOMPARE(found[1].responseBody, std::string("answered 1"));
  QCOMPARE(found[2].responseBody, std::string());
  const auto row = reader.exchange(ExchangeId{1}).value().value();
  QVERIFY(found[1].url == row.row.url && found[1].path == row.row.path);
  QVERIFY(found[1].requestHead == row.requestHead && found[1].responseHead == row.responseHead);
  int visited = 0;
  QVERIFY(!reader.searched(ids, [&](const SearchedExchange&) { return ++visited < 2; }).value());
  QCOMPARE(visited, 2);
}

SLUICE_TEST(tellsThatABodyFileIsGoneOrTooShort) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, pattern(200'000)));
  history.recorder->record(ended(1, 200'000));
  history.recorder->flush();
  const fs::path file = bodyFile(history.folder.path(), {ExchangeId{1}, Direction::Response});
  VERIFY_OK(platform::setSize(file, 100'000));
  auto reader = history.reader();
  {
    auto body = reader.openBody(ExchangeId{1}, Direction::Response);
    VERIFY_OK(body);
    std::string buffer(150'000, '\0');
    const auto count = body->read(std::as_writable_bytes(std::span(buffer.data(), buffer.size())));
    QVERIFY(!count);
    QVERIFY(count.error().code == Code::FileChanged);
  }
  fs::remove(file);
  const auto gone = reader.openBody(ExchangeId{1}, Direction::Response);
  QVERIFY(!gone);
  QVERIFY(gone.error().code == Code::NotFound);
}

SLUICE_TEST(tellsThatPiecesOfALargeBodyAreMissing) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, pattern(3'000'000)));
  history.recorder->record(ended(1, 3'000'000));
  history.recorder->flush();
  const fs::path file = history.folder / "a.sluice";
  VERIFY_OK(saveSession(history.folder.path(), {}, file));
  VERIFY_OK(SqlConnection::open(file, Access::ReadWrite)->run("DELETE FROM body_piece WHERE id = (SELECT max(id) FROM body_piece)"));
  const auto body = Reader::openSession(file)->openBody(ExchangeId{1}, Direction::Response);
  QVERIFY(!body && body.error().code == Code::DatabaseDamaged);
  QVERIFY2(body.error().detail.find("exchange 1 is incomplete") != std::string::npos, body.error().detail.c_str());
}

// A thousand of a MiB each would be more than a reader may hold.
SLUICE_TEST(givesFewerMessagesWhereTheyAreLarge) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  for (int i = 0; i < 20; ++i) {
    capture::MessagePassed message;
    message.exchange = ExchangeId{1};
    message.payload = std::string(1024 * 1024, 'm');
    message.bytes = message.payload.size();
    while (!history.recorder->record(message)) history.recorder->flush();
  }
  history.recorder->flush();
  auto reader = history.reader();
  const auto first = reader.messages(ExchangeId{1}, 0, 1000).value();
  QCOMPARE(first.size(), std::size_t(16));
  const auto rest = reader.messages(ExchangeId{1}, first.back().id, 1000).value();
  QCOMPARE(rest.size(), std::size_t(4));
}
