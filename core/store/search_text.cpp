#include "core/store/search_text.h"

#include <array>
#include <cstddef>

#include "core/store/raw_head.h"

namespace sluice::store {
namespace {

constexpr std::size_t kRunBytesMin = 3;

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

bool isSearchedBody(std::string_view head) {
  const std::string type = valueOf(readRawHead(head), "content-type");
  std::string kind;
  for (const char c : std::string_view(type).substr(0, type.find('/'))) kind += lower(c);
  if (kind == "image") return type.find("svg") != std::string::npos;
  return kind != "audio" && kind != "video" && kind != "font";
}

}  // namespace sluice::store
