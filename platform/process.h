// What a server process needs to know of its system. Any thread, but for prepareServerProcess().
#pragma once

#include <cstdint>

namespace sluice::platform {

std::uint64_t ownProcessId();
std::uint64_t parentProcessId();

// For a process whose parent stops it in order: a signal to the whole group (SIGINT, SIGTERM, SIGHUP) or an event of the console
// that both have (Ctrl-C, Ctrl-Break) must not end it before.
void ignoreStopSignals();

// First thing in main(): a peer that went away must not end the process (SIGPIPE), as many descriptors as the system allows are asked
// for, and memory that was freed is kept for what comes next, up to limits::kFreedBytesKept a heap.
void prepareServerProcess();

}  // namespace sluice::platform
