#include "core/store/body_pieces.h"

#include "core/store/session_file.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

SLUICE_TEST(givesTheBodyOfASessionInItsOrderAPieceAtATime) {
  History history;
  VERIFY_OK(history.start());
  const std::string whole = pattern(3'500'000);
  for (std::uint64_t id = 1; id <= 2; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(chunk(id, id == 1 ? whole : pattern(300'000, 2)));
    history.recorder->record(ended(id, whole.size()));
  }
  history.recorder->flush();
  const fs::path file = history.folder / "a.sluice";
  VERIFY_OK(saveSession(history.folder.path(), {}, file));
  auto pieces = BodyPieces::open(file, {ExchangeId{1}, Direction::Response});
  VERIFY_OK(pieces);
  std::string all;
  for (;;) {
    const auto piece = pieces->next();
    VERIFY_OK(piece);
    if (piece->empty()) break;
    QVERIFY(piece->size() <= 1024 * 1024);
    all += *piece;
  }
  QVERIFY(all == whole);
  auto none = BodyPieces::open(file, {ExchangeId{1}, Direction::Request});
  VERIFY_OK(none);
  QVERIFY(none->next().value().empty());
  const auto missing = BodyPieces::open(history.folder / "none", {});
  QVERIFY(!missing && missing.error().detail.find("none") != std::string::npos);
}
