#include "platform/posix/spawn_closing.h"

namespace sluice::platform {

// POSIX has no call for it; Linux (glibc 2.34) and FreeBSD (13.1) have the same.
short closeAllFrom(posix_spawn_file_actions_t& files, int first) {
  posix_spawn_file_actions_addclosefrom_np(&files, first);
  return 0;
}

}  // namespace sluice::platform
