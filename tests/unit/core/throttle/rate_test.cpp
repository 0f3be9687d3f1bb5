#include "core/throttle/rate.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

SLUICE_TEST(readsRatesAsPeopleTypeThem) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"64k", 64'000},          {"64K", 64'000},      {"1.5M", 1'500'000},  {"200kbit", 25'000},      {"10mbit", 1'250'000},
      {"10Mbit", 1'250'000},    {"180000", 180'000},  {"1G", 1'000'000'000}, {"10G", 10'000'000'000}, {"8kbit", 1'000},
      {"84.375k", 84'375},      {"unlimited", 0},     {"Unlimited", 0},      {"20000bit", 2'500},
  };
  for (const auto& [text, bytesPerSecond] : cases) {
    const auto rate = parseRate(text);
    QVERIFY2(rate.has_value(), text);
    QCOMPARE(rate->bytesPerSecond, bytesPerSecond);
  }
}

SLUICE_TEST(saysWhatIsNoRate) {
  for (const std::string text : {"", "k", "bit", "kbit", "fast", "-1k", "1.5.2M", "1e9", "10 M", "10mb", "10m/s", "nan", "inf", "0",
                                 "999", "7990bit", "11G", "99999999999999999999999", "unlimitedx", "0x10k", "64kk"}) {
    const auto rate = parseRate(text);
    QVERIFY2(!rate, text.c_str());
    QVERIFY(rate.error().code == Code::BadArgument);
    QVERIFY2(rate.error().detail.find("'" + text + "'") != std::string::npos, rate.error().detail.c_str());
  }
}

SLUICE_TEST(showsBothUnits) {
  QCOMPARE(describe(Rate{200'000}), std::string("1.6 Mbit/s (200 KB/s)"));
  QCOMPARE(describe(Rate{180'000}), std::string("1.44 Mbit/s (180 KB/s)"));
  QCOMPARE(describe(Rate{84'375}), std::string("675 kbit/s (84.4 KB/s)"));
  QCOMPARE(describe(Rate{1'000}), std::string("8 kbit/s (1 KB/s)"));
  QCOMPARE(describe(Rate{999'999}), std::string("8 Mbit/s (1 MB/s)"));
  QCOMPARE(describe(Rate{10'000'000'000}), std::string("80 Gbit/s (10 GB/s)"));
  QCOMPARE(describe(kUnlimited), std::string("unlimited"));
}
