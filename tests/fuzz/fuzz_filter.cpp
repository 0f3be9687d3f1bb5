// Any text as a filter: it is a tree, or a problem with a place inside the text. A tree's own text is that tree again,
// unless that text is over a limit. Completion works at every place.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/filter/completion.h"
#include "core/filter/parser.h"

using namespace sluice::filter;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto completion = complete(text, size / 2);
  if (completion.from > completion.to || completion.to > size) std::abort();
  const auto node = parse(text);
  if (!node) {
    const Problem& problem = node.error();
    if (problem.message.empty() || problem.at > size || problem.bytes > size - problem.at) std::abort();
    return 0;
  }
  const auto again = parse(toText(*node));
  const bool overLimit = !again && (again.error().message.find("too ") != std::string::npos);
  if (!overLimit && (!again || *again != *node)) std::abort();
  return 0;
}
