#include "core/control/messages.h"

namespace sluice::control {

std::optional<Error> incompatibility(const Hello& mine, const Hello& theirs) {
  if (mine.protocol == theirs.protocol) return std::nullopt;
  const auto& older = mine.protocol < theirs.protocol ? mine : theirs;
  const auto& newer = mine.protocol < theirs.protocol ? theirs : mine;
  return Error{Code::ProtocolFault, Side::Local, 0,
               older.program + " " + older.version + " is too old to talk to " + newer.program + " " + newer.version +
                   " (control protocol " + std::to_string(older.protocol) + " against " +
                   std::to_string(newer.protocol) + "): update " + older.program};
}

}  // namespace sluice::control
