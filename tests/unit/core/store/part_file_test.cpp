#include "core/store/part_file.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

SLUICE_TEST(theFileStaysUntilItsPartIsWhole) {
  TempFolder folder;
  const fs::path file = folder / "a";
  writeFile(file, "before");
  {
    PartFile part(file);
    writeFile(part.path(), "half");
  }
  QCOMPARE(contentsOf(file), std::string("before"));
  {
    PartFile part(file), other(file);
    QVERIFY(part.path() != other.path() && !part.isDirect());
    writeFile(part.path(), "after");
    QVERIFY(!part.replace());
  }
  QCOMPARE(contentsOf(file), std::string("after"));
  QCOMPARE(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), std::ptrdiff_t(1));
}

SLUICE_TEST(linksStayAndLeadToWhatWasWritten) {
  TempFolder folder;
  std::error_code error;
  fs::create_directory(folder / "sub");
  fs::create_symlink("sub/second", folder / "first", error);
  if (error) QSKIP("this user may make no links");
  fs::create_symlink("file", folder / "sub" / "second");
  for (const char* text : {"new", "newer"}) {
    PartFile part(folder / "first");
    writeFile(part.path(), text);
    QVERIFY(!part.replace());
    QCOMPARE(contentsOf(folder / "sub" / "file"), std::string(text));
  }
  QVERIFY(fs::is_symlink(folder / "first") && fs::is_symlink(folder / "sub" / "second"));
}

SLUICE_TEST(whatIsNoRegularFileIsWrittenAsItStands) {
  TempFolder folder;
  PartFile part(folder.path());
  QVERIFY(part.isDirect() && part.path() == folder.path());
  QVERIFY(!part.replace());
}
