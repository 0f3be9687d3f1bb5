#include "core/store/search_text.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/store/raw_head.h"

namespace sluice::store {
namespace {

constexpr std::size_t kRunBytesMin = 3;

constexpr std::array<std::string_view, 4> kPictures{"image", "audio", "video", "font"};
constexpr std::array<std::string_view, 9> kPacked{"application/zip", "application/gzip", "application/x-gzip", "application/pdf",
                                                  "application/wasm", "application/zstd", "application/x-protobuf",
                                                  "application/grpc", "application/msgpack"};
constexpr std::size_t kCharactersForAControl = 32;  // text of old terminals has a few; what is packed has one in nine

bool isPrintable(char c) { return c >= 0x20 && c < 0x7f; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Two letters beyond ASCII are the same as an ASCII one to whoever disregards case: long s and the Kelvin sign.
struct Twin {
  std::string_view bytes;
  char as;
};
constexpr std::array kTwins{Twin{"\xc5\xbf", 's'}, Twin{"\xe2\x84\xaa", 'k'}};

// How many bytes at the beginning of `rest` stand for one printable character, and which; 0: none.
std::size_t printable(std::string_view rest, char& as) {
  if (isPrintable(rest.front())) {
    as = lower(rest.front());
    return 1;
  }
  for (const Twin& twin : kTwins) {
    if (rest.substr(0, twin.bytes.size()) != twin.bytes) continue;
    as = twin.as;
    return twin.bytes.size();
  }
  return 0;
}

}  // namespace

void appendSearchText(std::string& to, std::string_view bytes) {
  std::size_t run = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    char c = 0;
    if (const std::size_t taken = printable(bytes.substr(i), c); taken > 0) {
      to += c;
      ++run;
      i += taken;
      continue;
    }
    // A carriage return is not there for whoever searches a head.
    if (bytes[i++] == '\r' || run == 0) continue;
    if (run < kRunBytesMin) {
      to.resize(to.size() - run);
    } else {
      to += '\n';
    }
    run = 0;
  }
  if (run > 0) to += '\n';
}

bool mayBeText(std::string_view head) {
  std::string type;
  for (const char c : valueIn(head, "content-type")) type += lower(c);
  type.resize(std::min(type.find_first_of("; \t,"), type.size()));
  if (type.ends_with("+xml") || type.ends_with("+json")) return true;
  const auto isOneOf = [&](const auto& names, std::string_view text) { return std::find(names.begin(), names.end(), text) != names.end(); };
  return !isOneOf(kPictures, std::string_view(type).substr(0, type.find('/'))) && !isOneOf(kPacked, type);
}

bool looksLikeText(std::string_view beginning) {
  const std::string_view looked = beginning.substr(0, kSniffedBytes);
  if (looked.find('\0') != std::string_view::npos) return false;
  std::size_t controls = 0;
  for (const char c : looked) {
    const auto byte = static_cast<unsigned char>(c);
    const bool isLayout = byte >= 0x07 && byte <= 0x0d;  // bell to carriage return
    controls += (byte < 0x20 && !isLayout && byte != 0x1b) || byte == 0x7f ? 1 : 0;
  }
  return controls * kCharactersForAControl <= looked.size();
}

}  // namespace sluice::store
