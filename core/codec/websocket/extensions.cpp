#include "core/codec/websocket/extensions.h"

#include <algorithm>

namespace sluice::websocket {
namespace {

std::string_view trim(std::string_view text) {
  const auto isSpace = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

// What stands before the next separator; `rest` becomes what stands behind it.
std::string_view takeUntil(char separator, std::string_view& rest) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim(taken);
}

}  // namespace

std::optional<Deflate> acceptedDeflate(std::string_view fieldValue) {
  std::string_view parameters = takeUntil(',', fieldValue);
  if (takeUntil(';', parameters) != "permessage-deflate") return std::nullopt;
  Deflate deflate;
  while (!parameters.empty()) {
    const auto parameter = takeUntil(';', parameters);
    if (parameter == "client_no_context_takeover") deflate.clientKeepsContext = false;
    if (parameter == "server_no_context_takeover") deflate.serverKeepsContext = false;
  }
  return deflate;
}

}  // namespace sluice::websocket
