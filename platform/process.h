// What a server process needs to know of its system. Any thread, but for prepareServerProcess().
#pragma once

#include <cstdint>
#include <span>

namespace sluice::platform {

std::uint64_t ownProcessId();
std::uint64_t parentProcessId();

// The signals that ask a program to stop in order: SIGINT and SIGTERM; on Windows SIGINT and SIGBREAK (Ctrl-Break).
std::span<const int> stopSignals();

// For a process whose parent stops it in order: a signal to the whole group must not end it before.
void ignoreStopSignals();

// First thing in main(): a peer that went away must not end the process (SIGPIPE), and as many descriptors as the
// system allows are asked for.
void prepareServerProcess();

}  // namespace sluice::platform
