#include "platform/posix/spawn_closing.h"

#include <unistd.h>

#include <initializer_list>

namespace sluice::platform {

// Everything is closed but what the actions name.
short closeAllFrom(posix_spawn_file_actions_t& files, int) {
  for (const int standard : {STDIN_FILENO, STDERR_FILENO}) posix_spawn_file_actions_addinherit_np(&files, standard);
  return POSIX_SPAWN_CLOEXEC_DEFAULT;
}

}  // namespace sluice::platform
