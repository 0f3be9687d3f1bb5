#include "core/store/decoded_body.h"

#include <zlib.h>

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

constexpr const char* kPlain = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
constexpr const char* kGzip = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";

std::string gzipped(std::string text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, uLong(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = uInt(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(result.size() - stream.avail_out);
  deflateEnd(&stream);
  return result;
}

struct Decoded {
  std::string text;
  Code code = Code::None;
};

Decoded decoded(std::string body, const char* head, std::uint64_t bytesMax = 1'000'000) {
  auto reader = BodyReader::ofMemory(std::move(body));
  Decoded result;
  const auto done = decodeBody(reader, head, bytesMax, [&](Bytes bytes) -> Result<void> {
    result.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  });
  if (!done) result.code = done.error().code;
  return result;
}

std::string beginning(std::string body, const char* head, std::size_t bytesMax) {
  auto reader = BodyReader::ofMemory(std::move(body));
  return beginningOfBody(reader, head, bytesMax);
}

}  // namespace

SLUICE_TEST(decodesAsTheHeadSays) {
  QCOMPARE(decoded("plain", kPlain).text, std::string("plain"));
  QCOMPARE(decoded(gzipped("text"), kGzip).text, std::string("text"));
  QVERIFY(decoded("x", "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\n\r\n").code == Code::UnsupportedCoding);
  QVERIFY(decoded("no gzip at all", kGzip).code == Code::BadCoding);
  QVERIFY(decoded(gzipped(std::string(5000, 'a')), kGzip, 1000).code == Code::DecodedTooLarge);
}

SLUICE_TEST(aBodyWithoutACodingHasAnySize) {
  for (const char* head : {"", kPlain, "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\n"}) {
    const auto got = decoded(std::string(5000, 'a'), head, 1000);
    QVERIFY2(got.code == Code::None && got.text.size() == 5000, head);
  }
}

SLUICE_TEST(givesTheBeginningOfWhateverCanBeHad) {
  const std::string text = pattern(200'000);
  QVERIFY(beginning(text, kPlain, 1000) == text.substr(0, 1000));
  QVERIFY(beginning(gzipped(text), kGzip, 100'000) == text.substr(0, 100'000));
  const std::string cut = beginning(gzipped(text).substr(0, 90'000), kGzip, 1'000'000);
  QVERIFY(cut.size() > 50'000 && cut == text.substr(0, cut.size()));
  QCOMPARE(beginning("odd", "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\n\r\n", 10), std::string("odd"));
  QCOMPARE(beginning("", kGzip, 10), std::string());
}

SLUICE_TEST(givesWhatIsSearchedOnlyOfText) {
  const auto searched = [](std::string body, const char* head) {
    auto reader = BodyReader::ofMemory(std::move(body));
    return searchedBeginning(reader, head);
  };
  QCOMPARE(searched("some text", kPlain), std::string("some text"));
  QCOMPARE(searched(gzipped("some text"), kGzip), std::string("some text"));
  QCOMPARE(searched("", kPlain), std::string());
  QCOMPARE(searched(pattern(2000), kPlain), std::string());
  QCOMPARE(searched(gzipped(pattern(2000)), kGzip), std::string());
  QCOMPARE(searched(gzipped("text"), kPlain), std::string());  // as nobody could read it
  const std::string late = std::string(300'000, 'a') + std::string(10, '\0') + "end";
  QVERIFY(searched(late, kPlain) == late);
}

SLUICE_TEST(theResponseOfAnImportIsDecodedAlready) {
  ExchangeDetails details;
  details.requestHead = "request";
  details.responseHead = "response";
  details.row.state = State::Complete;
  using capture::Direction;
  QCOMPARE(decodingHead(details, Direction::Response), std::string_view());
  QCOMPARE(decodingHead(details, Direction::Request), std::string_view("request"));
  details.row.state = State::Running;
  QCOMPARE(decodingHead(details, Direction::Response), std::string_view("response"));
  details.row.state = State::CutOff;  // its engine was killed
  details.row.connection = ConnectionId{1};
  QCOMPARE(decodingHead(details, Direction::Response), std::string_view("response"));
  details.row.connection = {};
  details.row.response.wireBytes = 1;
  QCOMPARE(decodingHead(details, Direction::Response), std::string_view("response"));
}
