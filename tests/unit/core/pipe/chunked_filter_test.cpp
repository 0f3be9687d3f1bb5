#include "core/pipe/chunked_filter.h"

#include <string>
#include <vector>

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;

namespace {
using Mode = ChunkedFilter::Mode;
using State = InputFilter::State;

class Collector final : public FilterOutput {
 public:
  void pass(const Slice& part) override {
    passed += asText(part.bytes());
    ++slices;
  }
  void body(Bytes payload) override { tapped += asText(payload); }
  std::string passed, tapped;
  int slices = 0;
};

struct Run {
  State state = State::More;
  std::size_t consumed = 0;
  std::string passed, tapped;
  Code code = Code::None;
  bool dueHeld = true;  // due() never promised more bytes than there were
  ChunkedFilter filter;
};

Run feedAll(std::string_view text, Mode mode, std::size_t fragment) {
  Run run;
  run.filter = ChunkedFilter(mode);
  Collector out;
  std::vector<std::uint64_t> due;
  while (run.consumed < text.size() && run.state == State::More) {
    due.push_back(run.consumed + *run.filter.due());
    const auto piece = text.substr(run.consumed, fragment);
    const auto fed = run.filter.feed(Slice::ofMemory(asBytes(piece)), out);
    run.state = fed.state;
    run.consumed += fed.consumed;
    if (fed.state == State::More && fed.consumed != piece.size()) run.dueHeld = false;
  }
  if (run.state == State::Complete) {
    for (const auto end : due) run.dueHeld = run.dueHeld && end <= run.consumed;
  }
  run.passed = out.passed;
  run.tapped = out.tapped;
  run.code = run.filter.error().code;
  return run;
}

constexpr std::size_t kFragments[] = {1, 2, 3, 7, 100'000};

struct Good {
  const char* text;
  const char* body;
  const char* trailers;
  const char* extensions;
};
const Good kGood[] = {
    {"0\r\n\r\n", "", "", ""},
    {"000\r\n\r\n", "", "", ""},
    {"1\r\na\r\n0\r\n\r\n", "a", "", ""},
    {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world", "", ""},
    {"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", "", ""},
    {"00000000000000000000000000000003\r\nabc\r\n0\r\n\r\n", "abc", "", ""},
    {"2\r\n\r\n\r\n0\r\n\r\n", "\r\n", "", ""},
    {"3;name=value\r\nabc\r\n0;last\r\n\r\n", "abc", "", ";name=value\n;last\n"},
    {"3 ; a=\"b;c d\"\r\nabc\r\n0\r\n\r\n", "abc", "", "; a=\"b;c d\"\n"},
    {"3  \r\nabc\r\n0\t\r\n\r\n", "abc", "", ""},  // sizes padded with spaces: Apache 1.3
    {"3;\r\nabc\r\n0\r\n\r\n", "abc", "", ";\n"},
    {"0\r\nA: b\r\n\r\n", "", "A: b\r\n", ""},
    {"1\r\nx\r\n0\r\nExpires: never\r\nX-Empty:\r\nX-Utf8: \xc3\xa9\r\n\r\n", "x",
     "Expires: never\r\nX-Empty:\r\nX-Utf8: \xc3\xa9\r\n", ""},
};

struct Bad {
  const char* text;
  std::size_t good;  // bytes before the fault
  Code code;
};
const Bad kBad[] = {
    {"\r\n", 0, Code::BadChunk},
    {"\n", 0, Code::BadChunk},
    {";ext\r\n", 0, Code::BadChunk},
    {" 5\r\nhello", 0, Code::BadChunk},
    {"+5\r\nhello", 0, Code::BadChunk},
    {"-1\r\n", 0, Code::BadChunk},
    {"0x5\r\nhello", 1, Code::BadChunk},
    {"5g\r\nhello", 1, Code::BadChunk},
    {"5\nhello", 1, Code::BadChunk},
    {"5\rhello", 2, Code::BadChunk},
    {"5\r\rhello", 2, Code::BadChunk},
    {"5 5\r\nhello", 2, Code::BadChunk},
    {"5;a\nhello", 3, Code::BadChunk},
    {"5;a\x01\r\n", 3, Code::BadChunk},
    {"5;a\x7f\r\n", 3, Code::BadChunk},
    {"5;a\r\rhello", 4, Code::BadChunk},
    {"5\r\nhelloX", 8, Code::BadChunk},
    {"5\r\nhello\n0\r\n\r\n", 8, Code::BadChunk},
    {"5\r\nhello\rX", 9, Code::BadChunk},
    {"5\r\nhello\r\n\r\n", 10, Code::BadChunk},
    {"8000000000000000\r\n", 15, Code::BadChunk},
    {"ffffffffffffffff\r\n", 15, Code::BadChunk},
    {"fffffffffffffffff\r\n", 15, Code::BadChunk},
    {"10000000000000000\r\n", 16, Code::BadChunk},
    {"0\r\n\n", 3, Code::BadChunk},
    {"0\r\n\rX", 4, Code::BadChunk},
    {"0\r\n folded\r\n", 3, Code::BadChunk},
    {"0\r\n: x\r\n", 3, Code::BadChunk},
    {"0\r\nNoColon\r\n", 10, Code::BadChunk},
    {"0\r\nSpace : x\r\n", 8, Code::BadChunk},
    {"0\r\nA: b\n\r\n", 7, Code::BadChunk},
    {"0\r\nA: b\rX", 8, Code::BadChunk},
    {"0\r\nA: b\x02\r\n", 7, Code::BadChunk},
};
}  // namespace

SLUICE_TEST(takesEveryValidMessageAtEveryFragmentSize) {
  for (const Good& good : kGood) {
    for (const std::size_t fragment : kFragments) {
      for (const Mode mode : {Mode::Strip, Mode::Pass}) {
        const Run run = feedAll(good.text, mode, fragment);
        QVERIFY2(run.state == State::Complete, good.text);
        QCOMPARE(run.consumed, std::string_view(good.text).size());
        QCOMPARE(run.tapped, std::string(good.body));
        QCOMPARE(run.passed, std::string(mode == Mode::Pass ? good.text : good.body));
        QCOMPARE(run.filter.trailers(), std::string(good.trailers));
        QCOMPARE(run.filter.extensions(), std::string(good.extensions));
        QCOMPARE(run.filter.bodyBytes(), std::uint64_t(std::string_view(good.body).size()));
        QVERIFY2(run.dueHeld, good.text);
        QVERIFY(run.filter.due() == std::uint64_t{0});
        QCOMPARE(run.filter.endError().code, Code::None);
      }
    }
  }
}

SLUICE_TEST(refusesEveryMalformedMessageAtTheFirstBadByte) {
  for (const Bad& bad : kBad) {
    for (const std::size_t fragment : kFragments) {
      for (const Mode mode : {Mode::Strip, Mode::Pass}) {
        const Run run = feedAll(bad.text, mode, fragment);
        QVERIFY2(run.state == State::Failed, bad.text);
        QVERIFY2(run.consumed == bad.good, (std::string(bad.text) + std::to_string(run.consumed)).c_str());
        QCOMPARE(run.code, bad.code);
        if (mode == Mode::Pass) QCOMPARE(run.passed, std::string(bad.text).substr(0, bad.good));
      }
    }
  }
}

SLUICE_TEST(refusesANulByteEverywhere) {
  const std::string whole = "3;a=b\r\nabc\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (i >= 7 && i < 10) continue;  // data may be anything
    std::string text = whole;
    text[i] = '\0';
    QVERIFY2(feedAll(text, Mode::Pass, 100).state == State::Failed, std::to_string(i).c_str());
  }
}

SLUICE_TEST(largestSizeIsTaken) {
  const Run run = feedAll("7fffffffffffffff\r\nabc", Mode::Strip, 100);
  QVERIFY(run.state == State::More);
  QCOMPARE(run.passed, std::string("abc"));
  QVERIFY(*run.filter.due() > (std::uint64_t{1} << 62));
}

SLUICE_TEST(stopsAtTheEndOfTheMessage) {
  const Run run = feedAll("1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n", Mode::Pass, 100);
  QVERIFY(run.state == State::Complete);
  QCOMPARE(run.consumed, std::size_t{11});
}

SLUICE_TEST(emptyLineEndsTrailersAlsoWithoutAnyChunk) {
  const Run run = feedAll("0\r\nA: b\r\n\r\n\r\n", Mode::Pass, 1);
  QVERIFY(run.state == State::Complete);
  QCOMPARE(run.consumed, std::size_t{11});
}

SLUICE_TEST(passGivesOneSliceForAContiguousRun) {
  ChunkedFilter filter(Mode::Pass);
  Collector out;
  filter.feed(Slice::ofMemory(asBytes("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n")), out);
  QCOMPARE(out.slices, 1);
}

SLUICE_TEST(limitsTheChunkLine) {
  const std::string line = "5;" + std::string(limits::kChunkLineBytesMax - 3, 'x');
  QVERIFY(feedAll(line + "\r\nhello", Mode::Strip, 1000).state == State::More);
  const Run run = feedAll(line + "x\r\nhello", Mode::Strip, 1000);
  QVERIFY(run.state == State::Failed);
  QCOMPARE(run.code, Code::ChunkLineTooLong);
  QCOMPARE(feedAll(std::string(limits::kChunkLineBytesMax, '0') + "0", Mode::Strip, 7).code, Code::ChunkLineTooLong);
}

SLUICE_TEST(limitsTheTrailerSection) {
  std::string text = "0\r\n";
  while (text.size() < limits::kTrailerBytesMax + 3) text += "Some-Field: value\r\n";
  const Run run = feedAll(text + "\r\n", Mode::Strip, 1000);
  QVERIFY(run.state == State::Failed);
  QCOMPARE(run.code, Code::HeadTooLarge);
  QVERIFY(run.filter.trailers().size() <= limits::kTrailerBytesMax);
}

SLUICE_TEST(keepsABoundedPartOfTheExtensions) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "1;chunk-signature=0123456789abcdef\r\nx\r\n";
  const Run run = feedAll(text + "0\r\n\r\n", Mode::Pass, 100);
  QVERIFY(run.state == State::Complete);
  QVERIFY(run.filter.extensions().size() <= limits::kChunkExtensionBytesKept);
  QCOMPARE(run.filter.chunks(), std::uint64_t{1000});
  QCOMPARE(run.passed.size(), text.size() + 5);
}

SLUICE_TEST(endOfTheStreamInsideIsEarly) {
  const std::string whole = "3;a=b\r\nabc\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const Run run = feedAll(whole.substr(0, cut), Mode::Pass, 100);
    QVERIFY(run.state == State::More);
    QCOMPARE(run.filter.endError().code, Code::EndedEarly);
    QVERIFY(*run.filter.due() <= whole.size() - cut);
    QVERIFY(*run.filter.due() > 0);
  }
}

SLUICE_TEST(blamesTheSideItServes) {
  ChunkedFilter filter(Mode::Pass, Side::Client);
  Collector out;
  filter.feed(Slice::ofMemory(asBytes("x")), out);
  QCOMPARE(filter.error().side, Side::Client);
  QVERIFY(filter.error().detail.find("0x78") != std::string::npos);
}
