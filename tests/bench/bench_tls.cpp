// What a leaf certificate costs, made and from the cache, beside the one P-256 signature that it cannot do without, in the
// same run. Prints microseconds and the ratio.
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/codec/tls/authority.h"

namespace {

using namespace sluice;
using Steady = std::chrono::steady_clock;

constexpr int kLeaves = 2000;
constexpr int kRepeats = 5;

// The median of several runs of kLeaves calls, in microseconds a call. `each` gets a number it has not had before.
template <typename Each>
double microseconds(Each each) {
  std::vector<double> runs;
  for (int run = 0; run < kRepeats; ++run) {
    const auto begin = Steady::now();
    for (int i = 0; i < kLeaves; ++i) each(run * kLeaves + i);
    runs.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begin).count() / kLeaves);
  }
  std::sort(runs.begin(), runs.end());
  return runs[kRepeats / 2];
}

double signature() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::vector<unsigned char> text(600);  // as long as a certificate
  return microseconds([&](int) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    unsigned char made[128];
    std::size_t size = sizeof made;
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    EVP_DigestSign(context.get(), made, &size, text.data(), text.size());
  });
}

}  // namespace

int main() {
  const auto now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
  auto authority = tls::Authority::make(now);
  if (!authority) {
    std::fprintf(stderr, "no authority: %s\n", authority.error().detail.c_str());
    return 1;
  }
  int failed = 0;
  const double signing = signature();
  const double made = microseconds([&](int i) { failed += !authority->leafFor("host-" + std::to_string(i) + ".example", now); });
  const double cached = microseconds([&](int) { failed += !authority->leafFor("host-1.example", now); });
  std::printf("a P-256 signature         %8.2f us\n", signing);
  std::printf("a leaf for a new host     %8.2f us   %6.2f signatures\n", made, made / signing);
  std::printf("a leaf from the cache     %8.2f us   %6.4f signatures\n", cached, cached / signing);
  return failed == 0 ? 0 : 1;
}
