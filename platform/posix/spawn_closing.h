// A child finds no handle that it was not meant to have, whoever opened it and however: libraries do not always mark theirs
// as closed on exec. Private to the files for POSIX systems. Any thread.
#pragma once

#include <spawn.h>

namespace sluice::platform {

// Has a child that is spawned with `files` close everything from this descriptor on; the standard three stay. After all other
// actions, which put there what lies below it. Gives the flags of posix_spawnattr_setflags() that it takes.
short closeAllFrom(posix_spawn_file_actions_t& files, int first);

}  // namespace sluice::platform
