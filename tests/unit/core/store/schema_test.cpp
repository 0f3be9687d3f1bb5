#include "core/store/schema.h"

#include <string>

#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

struct Fixture {
  TempFolder folder;
  SqlConnection sql = open(folder / "any.db");

  static SqlConnection open(const fs::path& file) {
    writeFile(file, "");
    return std::move(*SqlConnection::open(file, Access::ReadWrite));
  }
  Code versionError() {
    const auto version = readVersion(sql);
    return version ? Code::None : version.error().code;
  }
};

}  // namespace

SLUICE_TEST(bringsAnEmptyDatabaseToTheCurrentVersion) {
  Fixture f;
  QCOMPARE(readVersion(f.sql).value(), std::int64_t(0));
  VERIFY_OK(migrate(f.sql, 0));
  QCOMPARE(readVersion(f.sql).value(), kSchemaVersion);
  VERIFY_OK(migrate(f.sql, kSchemaVersion));
  QCOMPARE(f.sql.text("PRAGMA integrity_check").value(), std::string("ok"));
}

SLUICE_TEST(takesEachStepWhollyOrNotAtAll) {
  Fixture f;
  VERIFY_OK(f.sql.run("CREATE TABLE head (in_the_way)"));
  QVERIFY(!migrate(f.sql, 0));
  QCOMPARE(f.sql.integer("SELECT count(*) FROM sqlite_schema").value(), std::int64_t(1));
  QCOMPARE(f.sql.integer("PRAGMA user_version").value(), std::int64_t(0));
}

SLUICE_TEST(refusesVersionsThatAreNotItsOwn) {
  Fixture f;
  VERIFY_OK(migrate(f.sql, 0));
  VERIFY_OK(f.sql.run(("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1)).c_str()));
  QVERIFY(f.versionError() == Code::DatabaseTooNew);
  for (const char* damage : {"PRAGMA user_version = 0", "PRAGMA user_version = -1", "PRAGMA user_version = 16777217"}) {
    VERIFY_OK(f.sql.run(damage));
    QVERIFY2(f.versionError() == Code::DatabaseDamaged, damage);
  }
  VERIFY_OK(f.sql.run("PRAGMA user_version = 1; PRAGMA application_id = 5"));
  QVERIFY(f.versionError() == Code::DatabaseDamaged);
}

SLUICE_TEST(refusesTextThatIsNotUtf8) {
  Fixture f;
  VERIFY_OK(f.sql.run("PRAGMA encoding = 'UTF-16le'"));
  VERIFY_OK(migrate(f.sql, 0));
  QVERIFY(f.versionError() == Code::DatabaseDamaged);
}

// A full scan of a million rows for each of these would be felt.
SLUICE_TEST(answersTheCommonQuestionsFromAnIndex) {
  Fixture f;
  VERIFY_OK(migrate(f.sql, 0));
  for (const char* query : {"SELECT version, id FROM exchange WHERE version > 5 ORDER BY version",
                            "SELECT id FROM exchange WHERE host COLLATE NOCASE IN ('a', 'b') AND status >= 400",
                            "SELECT host FROM exchange WHERE host COLLATE NOCASE > 'a' ORDER BY host COLLATE NOCASE LIMIT 1",
                            "SELECT count(*) FROM exchange WHERE state = 0", "SELECT max(id) FROM exchange",
                            "SELECT id FROM exchange WHERE id > 5 ORDER BY id LIMIT 5",
                            "UPDATE exchange SET state = 3 WHERE state = 0",
                            "SELECT bytes FROM body_piece WHERE exchange = 1 AND direction = 1 ORDER BY id",
                            "SELECT payload FROM message WHERE exchange = 1 AND id > 5 ORDER BY id LIMIT 5"}) {
    auto plan = f.sql.prepare((std::string("EXPLAIN QUERY PLAN ") + query).c_str());
    VERIFY_OK(plan);
    plan->bind();
    std::string steps;
    VERIFY_OK(plan->each([&] {
      steps += plan->text(3) + "\n";
      return true;
    }));
    const bool sorts = steps.find("TEMP B-TREE") != std::string::npos;
    const bool scans = steps.find("SCAN") != std::string::npos && steps.find("INDEX") == std::string::npos;
    QVERIFY2(!sorts && !scans, (query + ("\n" + steps)).c_str());
  }
}
