#include "platform/command_line.h"

namespace sluice::platform {

CommandLine::CommandLine(int count, char** words) : words_(words, words + count) {}

}  // namespace sluice::platform
