// The words for states, the same for people and for JSON. Any thread.
#pragma once

#include <string_view>

#include "core/capture/records.h"
#include "core/control/messages.h"

namespace sluice::cli {

std::string_view kindName(capture::Kind kind);
std::string_view captureName(control::CaptureState state);
std::string_view connectionStateName(control::ConnectionState state);
// Of a WebSocket's message: "text", "binary", "close", "ping", "pong"; "unknown" for other opcodes.
std::string_view messageKindName(int opcode);
// Who sent it: "client" or "server".
std::string_view senderName(capture::Direction direction);

}  // namespace sluice::cli
