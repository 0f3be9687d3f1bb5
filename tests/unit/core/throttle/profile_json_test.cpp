#include "core/throttle/profile_json.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

SLUICE_TEST(readsEverySetting) {
  const auto profile = profileFromJson(R"({"name":"Train","source":"me","roundTripMs":101,
      "down":{"rate":"1mbit","jitterMs":20,"lossPercent":1.5},"up":{"rate":"64k","delayMs":7.5},
      "perConnection":"32k","closesPerMinute":0.5,"offline":true,"mode":"buffered","delivery":"buffered"})");
  QVERIFY2(profile.has_value(), profile ? "" : profile.error().detail.c_str());
  QCOMPARE(profile->name, std::string("Train"));
  QCOMPARE(profile->down.rate.bytesPerSecond, std::uint64_t{125'000});
  QCOMPARE(profile->down.delay.count(), std::int64_t{50'500});
  QCOMPARE(profile->down.jitter.count(), std::int64_t{20'000});
  QCOMPARE(profile->down.lossPercent, 1.5);
  QCOMPARE(profile->up.delay.count(), std::int64_t{7'500});
  QCOMPARE(profile->perConnection.bytesPerSecond, std::uint64_t{32'000});
  QCOMPARE(profile->closesPerMinute, 0.5);
  QVERIFY(profile->offline);
  QVERIFY(profile->mode == Mode::Buffered);
  QVERIFY(profile->delivery == Delivery::Buffered);
}

SLUICE_TEST(whatIsAbsentIsNeutral) {
  const auto profile = profileFromJson(R"({"name":"nothing"})");
  QVERIFY(profile.has_value());
  QVERIFY(profile->isNeutral());
  QVERIFY(profile->mode == Mode::Backpressure);
  QVERIFY(profile->delivery == Delivery::Streaming);
}

SLUICE_TEST(whatIsWrittenReadsTheSame) {
  Profile profile;
  profile.name = "caf\xc3\xa9 \"quoted\"";
  profile.down = {{123'457}, Micros(281'250), Micros(1), 0.25};
  profile.up = {{0}, Micros(0), Micros(999), 0};
  profile.perConnection = {5'000};
  profile.closesPerMinute = 2;
  profile.offline = true;
  profile.mode = Mode::Buffered;
  profile.delivery = Delivery::Buffered;
  const auto again = profileFromJson(toJson(profile));
  QVERIFY2(again.has_value(), again ? "" : again.error().detail.c_str());
  QVERIFY(*again == profile);
}

SLUICE_TEST(saysWhatIsWrongWithAProfile) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "not JSON"},
      {"[]", "object"},
      {R"({"name":5})", "name"},
      {R"({"name":"a","down":"fast"})", "down"},
      {R"({"name":"a","down":{"rate":"fast"}})", "'fast'"},
      {R"({"name":"a","down":{"rate":5}})", "rate"},
      {R"({"name":"a","up":{"delayMs":-1}})", "delayMs"},
      {R"({"name":"a","up":{"delayMs":1e300}})", "delayMs"},
      {R"({"name":"a","up":{"lossPercent":101}})", "lossPercent"},
      {R"({"name":"a","mode":"fast"})", "backpressure or buffered"},
      {R"({"name":"a","delivery":"fast"})", "streaming or buffered"},
      {R"({"name":"a","offline":"no"})", "offline"},
      {R"({"name":"a","speed":1})", "'speed'"},
      {R"({"name":"a","down":{"speed":1}})", "'speed'"},
  };
  for (const auto& [text, word] : cases) {
    const auto profile = profileFromJson(text);
    QVERIFY2(!profile, text);
    QVERIFY(profile.error().code == Code::BadArgument);
    QVERIFY2(profile.error().detail.find(word) != std::string::npos, profile.error().detail.c_str());
  }
  QVERIFY(!profileFromJson(R"({"name":")" + std::string(200, 'x') + R"("})"));
}

SLUICE_TEST(namesAreUniqueInAList) {
  QVERIFY(profilesFromJson(R"([{"name":"a"},{"name":"b"}])").has_value());
  QVERIFY(!profilesFromJson(R"([{"name":"a"},{"name":"a"}])"));
  QVERIFY(!profilesFromJson(R"({"name":"a"})"));
  QVERIFY(!profilesFromJson("[{"));
}

SLUICE_TEST(refusesNumbersThatNobodyMeans) {
  Profile profile;
  QVERIFY(validate(profile).has_value());
  profile.down.delay = Micros(-1);
  QVERIFY(!validate(profile));
  profile.down.delay = std::chrono::hours(1);
  QVERIFY(!validate(profile));
  profile.down.delay = Micros(0);
  profile.up.lossPercent = 100.5;
  QVERIFY(!validate(profile));
}
