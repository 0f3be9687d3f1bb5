#include "core/session/entry.h"

#include <utility>

namespace sluice::session {

namespace {

std::string authorityOf(const std::string& name, std::uint16_t port, std::uint16_t ownPort) {
  auto authority = name.find(':') != std::string::npos ? "[" + name + "]" : name;
  if (port != ownPort) authority += ":" + std::to_string(port);
  return authority;
}

}  // namespace

Origin httpOrigin(std::string host, std::uint16_t port) {
  constexpr std::uint16_t kHttpPort = 80;
  auto authority = authorityOf(host, port, kHttpPort);
  return {std::move(host), port, std::move(authority), Origin::Scheme::Http};
}

Origin httpsOrigin(std::string host, std::uint16_t port, std::string name) {
  constexpr std::uint16_t kHttpsPort = 443;
  return {std::move(host), port, authorityOf(name, port, kHttpsPort), Origin::Scheme::Https};
}

}  // namespace sluice::session
