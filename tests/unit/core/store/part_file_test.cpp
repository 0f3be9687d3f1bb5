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

// The longest that Linux and Windows take, of characters of several units: none is cut in the middle, wherever the others let it begin.
SLUICE_TEST(aFileMayHaveTheLongestNameThereIs) {
  using Name = fs::path::string_type;
  constexpr std::size_t kUnitsMax = 255;
  TempFolder folder;
  const Name character = fs::path(u8"\U0001F600").native();
  for (std::size_t before = 0; before < character.size(); ++before) {
    Name name(before, 'a');
    while (name.size() + character.size() <= kUnitsMax) name += character;
    name.append(kUnitsMax - name.size(), 'z');
    const fs::path file = folder.path() / name;
    PartFile part(file), other(file);
    const Name partName = part.path().filename().native();
    QVERIFY(partName.size() <= kUnitsMax && partName.size() > kUnitsMax - character.size());
    QVERIFY(part.path() != other.path() && part.path().parent_path() == folder.path());
    const std::size_t kept = partName.find(fs::path(".sluice-").native());
    QVERIFY(kept != Name::npos && name.starts_with(partName.substr(0, kept)));
    QCOMPARE((kept - before) % character.size(), std::size_t(0));
    if constexpr (sizeof(Name::value_type) > 1) continue;  // Windows takes such a name, but not with that of a folder before it
    writeFile(part.path(), "whole");
    QVERIFY(!part.replace());
    QCOMPARE(contentsOf(file), std::string("whole"));
  }
}

// They share all that the names of their parts can have of their names.
SLUICE_TEST(whatIsLeftOfALongNameIsNotTakenForThatOfAnother) {
  TempFolder folder;
  const std::string shared(209, 'n');
  const fs::path file = folder / (shared + "1"), other = folder / (shared + "2");
  const fs::path left = PartFile(file).path();
  if constexpr (sizeof(fs::path::value_type) > 1) return;  // Windows takes such a name, but not with that of a folder before it
  writeFile(left, "half");
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(25));
  { PartFile part(other); }
  QVERIFY(fs::exists(left));
  { PartFile part(file); }
  QVERIFY(!fs::exists(left));
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
