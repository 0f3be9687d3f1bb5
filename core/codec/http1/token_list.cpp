#include "core/codec/http1/token_list.h"

#include <algorithm>

#include "core/codec/http1/chars.h"

namespace sluice::http1 {
namespace {

// Index of the comma that ends the first member, or text.size().
std::size_t memberEnd(std::string_view text) {
  bool inQuotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inQuotes && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      inQuotes = !inQuotes;
    } else if (text[i] == ',' && !inQuotes) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

TokenList::Iterator& TokenList::Iterator::operator++() {
  while (!rest_.empty()) {
    const std::size_t end = memberEnd(rest_);
    token_ = trim(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!token_.empty()) return *this;
  }
  atEnd_ = true;
  return *this;
}

bool containsToken(std::string_view value, std::string_view token) {
  for (const std::string_view member : TokenList(value)) {
    if (equalsIgnoringCase(member, token)) return true;
  }
  return false;
}

}  // namespace sluice::http1
