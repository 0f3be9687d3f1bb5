#include "core/throttle/bucket.h"

#include <thread>
#include <vector>

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

namespace {

MonoTime us(std::int64_t micros) { return MonoTime(Micros(1'000'000'000 + micros)); }

}  // namespace

SLUICE_TEST(zeroedMemoryIsAnUnlimitedBucket) {
  BucketState state{};
  Bucket bucket(state);
  bucket.join();
  QVERIFY(bucket.rate().isUnlimited());
  for (int i = 0; i < 100; ++i) QVERIFY(bucket.buy(us(0)).at == us(0));
}

SLUICE_TEST(sellsTheFutureOneAfterTheOther) {
  BucketState state{};
  Bucket bucket(state);
  bucket.join();
  bucket.setRate({100'000}, us(0));
  const auto first = bucket.buy(us(0));
  QVERIFY(first.at == us(0));
  QCOMPARE(first.bytes, std::size_t{2000});  // 20 ms
  const auto second = bucket.buy(us(0));
  QVERIFY(second.at == us(20'000));
  QVERIFY(bucket.buy(us(0)).at == us(40'000));
}

SLUICE_TEST(whatIsNotUsedIsSoldAgain) {
  BucketState state{};
  Bucket bucket(state);
  bucket.join();
  bucket.setRate({100'000}, us(0));
  auto portion = bucket.buy(us(0));
  portion.bytes -= 500;
  bucket.giveBack(portion);
  QVERIFY(bucket.buy(us(0)).at == us(5'000));
}

SLUICE_TEST(whatNobodyWantedIsNotSavedUp) {
  BucketState state{};
  Bucket bucket(state);
  bucket.join();
  bucket.setRate({100'000}, us(0));
  std::size_t bytes = 0;
  const auto later = us(10'000'000);
  for (auto portion = bucket.buy(later); portion.at == later; portion = bucket.buy(later)) bytes += portion.bytes;
  QVERIFY(bytes <= 7'000);
}

SLUICE_TEST(manySharersGetSmallPortions) {
  BucketState state{};
  Bucket one(state, 0);
  Bucket other(state, 1);
  one.setRate({1'000'000}, us(0));
  for (int i = 0; i < 50; ++i) (i % 2 == 0 ? one : other).join();
  QCOMPARE(one.sharers(), std::uint32_t{50});
  QCOMPARE(other.buy(us(0)).bytes, std::size_t{4'000});  // 200 ms in 50 parts
  one.forget(1);                                          // that process is gone
  QCOMPARE(one.sharers(), std::uint32_t{25});
}

SLUICE_TEST(aNewRateVoidsWhatWasSold) {
  BucketState state{};
  Bucket bucket(state);
  bucket.join();
  bucket.setRate({1'000}, us(0));
  const auto old = bucket.buy(us(0));
  for (int i = 0; i < 20; ++i) (void)bucket.buy(us(0));
  bucket.setRate({1'000'000}, us(10));
  QVERIFY(!bucket.stands(old));
  bucket.giveBack(old);  // gives nothing
  QVERIFY(bucket.buy(us(10)).at == us(10));
  QVERIFY(bucket.buy(us(10)).at == us(20'010));
}

SLUICE_TEST(whatPassedUnboughtIsPaidLater) {
  BucketState state{};
  Bucket bucket(state);
  bucket.join();
  bucket.setRate({100'000}, us(0));
  bucket.charge(1'000, us(0));
  QVERIFY(bucket.buy(us(0)).at == us(10'000));
}

SLUICE_TEST(isExactAtEveryRate) {
  for (const std::uint64_t rate : {std::uint64_t{1'000}, std::uint64_t{3'750}, std::uint64_t{180'000}, std::uint64_t{50'000'001},
                                   std::uint64_t{10'000'000'000}}) {
    BucketState state{};
    Bucket bucket(state);
    bucket.join();
    bucket.setRate({rate}, us(0));
    std::uint64_t bytes = 0;
    MonoTime now = us(0);
    while (now < us(10'000'000)) {
      const auto portion = bucket.buy(now);
      now = portion.at;
      if (now < us(10'000'000)) bytes += portion.bytes;
    }
    const double ratio = double(bytes) / (double(rate) * 10);
    QVERIFY2(ratio > 0.999 && ratio < 1.0135, std::to_string(ratio).c_str());  // 128 bytes are 1.3 % of the slowest
  }
}

// Two threads take the part of two processes.
SLUICE_TEST(nothingIsSoldTwice) {
  BucketState state{};
  Bucket setter(state);
  setter.setRate({1'000'000'000}, us(0));
  std::vector<std::thread> threads;
  std::vector<std::uint64_t> bought(2);
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&state, &bought, i] {
      Bucket bucket(state, i);
      bucket.join();
      for (int round = 0; round < 100'000; ++round) {
        auto portion = bucket.buy(us(0));
        if (round % 3 == 0) {
          bucket.giveBack(portion);
        } else {
          bought[i] += portion.bytes;
        }
      }
      bucket.leave();
    });
  }
  for (auto& thread : threads) thread.join();
  Bucket bucket(state);
  bucket.join();
  const auto next = bucket.buy(us(0)).at;
  const double seconds = double((next - us(0)).count()) / 1e6;
  const double sold = double(bought[0] + bought[1]) / 1e9;
  QVERIFY2(std::abs(seconds - sold) < sold * 1e-4 + 0.051, std::to_string(seconds - sold).c_str());
}
