#include "core/store/part_file.h"

#include <string>
#include <vector>

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

// A folder of the user's: nothing goes but what is certain to be ours and left.
SLUICE_TEST(whatAKilledProgramLeftGoesAfterADay) {
  TempFolder folder;
  const auto put = [&](const std::string& name, int hoursAgo) {
    writeFile(folder / name, "half");
    fs::last_write_time(folder / name, fs::file_time_type::clock::now() - std::chrono::hours(hoursAgo));
  };
  const auto partOf = [&](const char* name) { return PartFile(folder / name).path().filename().string(); };
  const std::string left = partOf("a.har"), recent = partOf("a.har"), ofOther = partOf("b.har"), folders = partOf("a.har");
  put("a.har", 99);
  put(left, 25);
  put(recent, 23);  // somebody may write it
  put(ofOther, 99);
  std::string forged = left, renamed = ofOther;
  forged[forged.find("sluice-") + 7] = forged[forged.find("sluice-") + 7] == '0' ? '1' : '0';
  renamed.replace(0, 5, "a.har");
  const std::vector<std::string> others = {"a.har.part", "a.har.1.part", "a.har.123.part", "a.har.sluice-1.part", "a.har.sluice-.part",
                                           "a.har.sluice-0123456789abcdef-0123456789abcdef.part", left + "~", "x" + left,
                                           forged, renamed};
  for (const std::string& name : others) put(name, 99);
  fs::create_directory(folder / folders);
  std::error_code ignored;  // not every system dates a folder
  fs::last_write_time(folder / folders, fs::file_time_type::clock::now() - std::chrono::hours(99), ignored);
  const auto count = [&] { return std::size_t(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator())); };
  QCOMPARE(count(), others.size() + 5);
  { PartFile other(folder / "c.har"); }
  QCOMPARE(count(), others.size() + 5);
  PartFile part(folder / "a.har");
  QCOMPARE(count(), others.size() + 4);
  QVERIFY(!fs::exists(folder / left));
}
