#include "core/store/body_files.h"

#include "tests/support/owners_rights.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

SLUICE_TEST(namesABodyFileAfterItsRow) {
  const fs::path request = bodyFile("data", {ExchangeId{7}, Direction::Request});
  const fs::path response = bodyFile("data", {ExchangeId{UINT64_MAX}, Direction::Response});
  QCOMPARE(request.filename().string(), std::string("7.request"));
  QCOMPARE(response.filename().string(), std::string("18446744073709551615.response"));
  QVERIFY((bodyKey(request) == BodyKey{ExchangeId{7}, Direction::Request}));
  QVERIFY((bodyKey(response) == BodyKey{ExchangeId{UINT64_MAX}, Direction::Response}));
}

SLUICE_TEST(takesNoOtherNameForABodyFile) {
  for (const char* name : {"", ".request", "7", "7.", "7.Request", "7.request ", "07.request", "0.request", "-7.request",
                           "+7.request", " 7.request", "7x.request", "7.request.bak", "18446744073709551616.request"}) {
    QVERIFY2(!bodyKey(fs::path("data") / "bodies" / name), name);
  }
}

SLUICE_TEST(writesPiecesWhereTheyBelong) {
  TempFolder folder;
  const fs::path file = folder / "1.response";
  VERIFY_OK(writeBody(file, 0, "abc"));
  VERIFY_OK(writeBody(file, 3, "defg"));
  QCOMPARE(contentsOf(file), std::string("abcdefg"));
  // A commit that failed writes its piece again, which may be another one by then.
  VERIFY_OK(writeBody(file, 3, "DEFGH"));
  QCOMPARE(contentsOf(file), std::string("abcDEFGH"));
  VERIFY_OK(writeBody(file, 0, "x"));
  QCOMPARE(contentsOf(file), std::string("x"));
  VERIFY_OK(writeBody(file, 1, ""));
  QCOMPARE(contentsOf(file), std::string("x"));
}

SLUICE_TEST(makesBodiesReadableByTheirOwnerOnly) {
  TempFolder folder;
  VERIFY_OK(makeBodyFolder(folder.path()));
  VERIFY_OK(makeBodyFolder(folder.path()));
  const fs::path file = bodyFile(folder.path(), {ExchangeId{1}, Direction::Response});
  VERIFY_OK(writeBody(file, 0, "abc"));
  QVERIFY(fs::status(file).permissions() == sluice::test::rightsOfAnOwnersFile(folder.path()));
}

SLUICE_TEST(tellsWhichBodyCouldNotBeWritten) {
  TempFolder folder;
  const auto missing = writeBody(folder / "nowhere/1.response", 0, "abc");
  QVERIFY(!missing);
  QVERIFY(missing.error().code == Code::NotFound);
  QVERIFY(missing.error().detail.find("1.response") != std::string::npos);
  QVERIFY(!writeBody(folder / "gone.response", 5, "abc"));
  writeFile(folder / "bodies", "a file in the way");
  QVERIFY(!makeBodyFolder(folder.path()));
}
