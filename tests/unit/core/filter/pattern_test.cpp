#include "core/filter/pattern.h"

#include <algorithm>
#include <random>

#include "tests/support/test.h"

using namespace sluice::filter;

namespace {

bool found(std::string_view pattern, std::string_view text) { return Pattern::create(pattern)->foundIn(text); }

std::string pieces(std::string_view pattern) {
  std::string all;
  const auto compiled = Pattern::create(pattern);
  for (const auto& piece : compiled->requiredPieces()) all += "[" + piece + "]";
  return all;
}

}  // namespace

SLUICE_TEST(findsAnywhereAndInEitherCase) {
  QVERIFY(found("API", "http://api.test/"));
  QVERIFY(found("^api", "API"));
  QVERIFY(!found("^pi", "api"));
  QVERIFY(found("^x-id: 7$", "Host: a\nX-Id: 7\nB: c"));
  QVERIFY(found("", ""));
  QVERIFY(found("a.b", std::string_view("a\0b", 3)));
  QVERIFY(found("é", "caf\xc3\x89"));
  QVERIFY(found("abc", "\xff\xfe abc"));
  QVERIFY(found("\xff", "a\xff"));
}

SLUICE_TEST(findsALiteralAsItStands) {
  const auto pattern = Pattern::literal("a?b=(1)");
  QVERIFY(pattern.foundIn("http://x/A?B=(1)&c"));
  QVERIFY(!pattern.foundIn("http://x/b=1"));
  QVERIFY(Pattern::literal("").foundIn("x"));
  QVERIFY(Pattern::literal("\xff\xfe").foundIn("a\xff\xfe"));
}

SLUICE_TEST(findsALiteralWhereverItIs) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [&](char a, char b) { return lower(a) == lower(b); };
  constexpr std::string_view kLetters = "aAbBkK-\x80@[`{";
  for (unsigned seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    const auto text = [&](std::size_t bytes, std::size_t letters) {
      std::string all;
      while (all.size() < bytes) all += kLetters[random() % letters];
      return all;
    };
    for (int round = 0; round < 3000; ++round) {
      const std::size_t letters = 2 + random() % (kLetters.size() - 1);
      const std::string all = text(random() % 100, letters);
      // Short or long, and every second one a part of the text.
      std::string word = text(random() % (round % 5 == 0 ? 80 : 5), letters);
      if (round % 2 == 0 && !all.empty()) word = all.substr(random() % all.size(), random() % 80);
      for (char& c : word) c = random() % 2 == 0 ? lower(c) : c;
      const bool there = word.empty() || std::search(all.begin(), all.end(), word.begin(), word.end(), same) != all.end();
      QVERIFY2(Pattern::literal(word).foundIn(all) == there, ("seed " + std::to_string(seed) + ": " + word + " in " + all).c_str());
    }
  }
}

// A word finds what the same expression finds that is written so that it is no plain text.
SLUICE_TEST(findsAWordAsAnExpressionDoes) {
  constexpr std::string_view kParts[] = {"a", "A", "k", "K", "s", "S", "-", "=", "\xe2\x84\xaa", "\xc5\xbf", "\xc5", "\xe2", "\n", "\xff"};
  std::mt19937 random(1);
  int twins = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string text, word;
    for (unsigned i = 0; i < random() % 40; ++i) text += kParts[random() % std::size(kParts)];
    for (unsigned i = 0; i <= random() % 3; ++i) word += kParts[random() % 8];
    const bool there = found("(?:" + word + ")", text);
    QVERIFY2(found(word, text) == there, (word + " in " + text).c_str());
    twins += there && !Pattern::literal(word).foundIn(text) ? 1 : 0;
  }
  QVERIFY(twins > 50);
}

SLUICE_TEST(tellsWhyAnExpressionIsNone) {
  for (const char* text : {"(", "[a", "*", "a{99999}", "\\p{Nope}", "(?<x>a)"}) {
    const auto pattern = Pattern::create(text);
    QVERIFY2(!pattern && !pattern.error().empty(), text);
  }
}

SLUICE_TEST(staysLinearOnHostileText) {
  const auto pattern = Pattern::create("(a*)*b");
  QVERIFY(!pattern->foundIn(std::string(200'000, 'a')));
}

// A piece that is not required would hide rows.
SLUICE_TEST(namesOnlyPiecesThatEveryMatchHolds) {
  QCOMPARE(pieces("Token"), std::string("[token]"));
  QCOMPARE(pieces("ab"), std::string());
  QCOMPARE(pieces("abc.def"), std::string("[abc][def]"));
  QCOMPARE(pieces("abc\\.def"), std::string("[abc.def]"));
  QCOMPARE(pieces("abcd*efg"), std::string("[abc][efg]"));
  QCOMPARE(pieces("abcd?"), std::string("[abc]"));
  QCOMPARE(pieces("abcd+e"), std::string("[abcd]"));
  QCOMPARE(pieces("^abc$"), std::string("[abc]"));
  for (const char* unsure : {"abc|def", "(abc)?", "abc{0}", "[abc]", "\\babc", "(?i)abc", "abc\xc3\xa9*"}) {
    QCOMPARE(pieces(unsure), std::string());
  }
  QVERIFY(Pattern::literal("Ab.c\xc3\xa9xyz").requiredPieces() == (std::vector<std::string>{"ab.c", "xyz"}));
}
