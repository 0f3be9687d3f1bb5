#include "tests/support/wire/pattern.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace sluice::test {

// SplitMix64: one multiply-xor round of a counter is random enough to catch lost, doubled and moved bytes.
std::uint64_t Pattern::word(std::uint64_t index) const {
  std::uint64_t value = (seed_ + 1) * 0x9e3779b97f4a7c15u + index * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

void Pattern::fill(std::uint64_t offset, MutableBytes into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto value = word((offset + done) / 8);
    const auto within = std::size_t((offset + done) % 8);
    const auto count = std::min(8 - within, into.size() - done);
    std::memcpy(into.data() + done, reinterpret_cast<const std::byte*>(&value) + within, count);
    done += count;
  }
}

bool Pattern::matches(std::uint64_t offset, Bytes bytes) const {
  std::array<std::byte, 4096> expected;
  for (std::size_t done = 0; done < bytes.size();) {
    const auto count = std::min(expected.size(), bytes.size() - done);
    fill(offset + done, std::span(expected.data(), count));
    if (std::memcmp(expected.data(), bytes.data() + done, count) != 0) return false;
    done += count;
  }
  return true;
}

std::string Pattern::text(std::uint64_t offset, std::size_t size) const {
  std::string result(size, '\0');
  fill(offset, std::as_writable_bytes(std::span(result.data(), result.size())));
  return result;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr);
}

Sha256::~Sha256() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void Sha256::update(Bytes bytes) { EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size()); }

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), digest.data(), &size);
  std::string result;
  for (unsigned int i = 0; i < size; ++i) {
    result += "0123456789abcdef"[digest[i] >> 4];
    result += "0123456789abcdef"[digest[i] & 15];
  }
  return result;
}

std::string sha256(Bytes bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.hex();
}

std::string patternSha256(std::uint64_t seed, std::uint64_t size) {
  const Pattern pattern(seed);
  std::vector<std::byte> piece(256 * 1024);
  Sha256 digest;
  for (std::uint64_t done = 0; done < size;) {
    const auto count = std::size_t(std::min<std::uint64_t>(piece.size(), size - done));
    pattern.fill(done, std::span(piece.data(), count));
    digest.update(std::span(piece.data(), count));
    done += count;
  }
  return digest.hex();
}

}  // namespace sluice::test
