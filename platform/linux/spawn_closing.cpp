#include "platform/posix/spawn_closing.h"

namespace sluice::platform {

void closeAllFrom(posix_spawn_file_actions_t& files, int first) { posix_spawn_file_actions_addclosefrom_np(&files, first); }

}  // namespace sluice::platform
