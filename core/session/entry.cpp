#include "core/session/entry.h"

#include <utility>

namespace sluice::session {

Origin httpOrigin(std::string host, std::uint16_t port) {
  constexpr std::uint16_t kHttpPort = 80;
  auto authority = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (port != kHttpPort) authority += ":" + std::to_string(port);
  return {std::move(host), port, std::move(authority)};
}

}  // namespace sluice::session
