#include "core/engine/settings.h"

#include "platform/net/address.h"

namespace sluice::engine {

Result<ListenerSpec> parseListenerSpec(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) {
    return fail(Side::Local, Code::BadArgument,
                "'" + std::string(text) + "' is not a listener: expected regular@ADDRESS:PORT");
  }
  ListenerSpec spec;
  spec.text = text;
  spec.kind = text.substr(0, at);
  if (spec.kind != "regular") {
    return fail(Side::Local, Code::BadArgument, "unknown kind of listener '" + spec.kind + "' in '" + spec.text + "'");
  }
  auto address = net::parseEndpoint(text.substr(at + 1));
  if (!address) {
    return fail(Side::Local, Code::BadArgument, "listener '" + spec.text + "': " + address.error().detail);
  }
  spec.address = *address;
  return spec;
}

}  // namespace sluice::engine
