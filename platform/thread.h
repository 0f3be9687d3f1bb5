// How the system sees the calling thread. Best effort: a system that will not is obeyed.
#pragma once

#include <cstdint>

namespace sluice::platform {

enum class Urgency : std::uint8_t {
  Prompt,      // somebody waits for each of its short turns: it is soon its turn, for a short time (Linux since 6.12; else as Usual)
  Usual,
  Background,  // has time to wait: threads that serve people come first, as long as the processor is short
};

// Called by the thread itself, as it begins. `name`: what debuggers and profilers show; at most 15 bytes; nullptr: the program's own.
void beginThread(const char* name, Urgency urgency);

}  // namespace sluice::platform
