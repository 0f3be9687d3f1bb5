#include "core/store/distinct_grams.h"

#include "tests/support/test.h"

using namespace sluice::store;

SLUICE_TEST(givesEachTrigramOnce) {
  DistinctGrams grams;
  QCOMPARE(grams.of(""), std::string());
  QCOMPARE(grams.of("ab\ncd\n"), std::string());
  QCOMPARE(grams.of("abc\n"), std::string("abc\n"));
  QCOMPARE(grams.of("abcabcd\nbcd e"), std::string("abc\nbca\ncab\nbcd\ncd \nd e\n"));
  QCOMPARE(grams.of("aaaaaaaa"), std::string("aaa\n"));
}

// What was known of one text is forgotten for the next.
SLUICE_TEST(knowsNothingOfTheTextBefore) {
  DistinctGrams grams;
  for (int i = 0; i < 3; ++i) QCOMPARE(grams.of("host: example"), DistinctGrams().of("host: example"));
}

SLUICE_TEST(tellsAllTrigramsOfPrintableCharactersApart) {
  std::string all;
  for (char a = ' '; a < 0x7f; ++a) {
    for (char b = ' '; b < 0x7f; ++b) {
      for (char c = ' '; c < 0x7f; ++c) all += {a, b, c, '\n'};
    }
  }
  DistinctGrams grams;
  QVERIFY(grams.of(all) == all);
  QVERIFY(grams.of(all) == all);
}
