#include "app/cli/names.h"

namespace sluice::cli {

std::string_view kindName(capture::Kind kind) {
  switch (kind) {
    case capture::Kind::Http: return "http";
    case capture::Kind::Tunnel: return "tunnel";
  }
  return "unknown";
}

std::string_view captureName(control::CaptureState state) {
  switch (state) {
    case control::CaptureState::Off: return "off";
    case control::CaptureState::On: return "on";
    case control::CaptureState::Failed: return "failed";
  }
  return "unknown";
}

std::string_view connectionStateName(control::ConnectionState state) {
  switch (state) {
    case control::ConnectionState::Idle: return "idle";
    case control::ConnectionState::Exchange: return "exchange";
    case control::ConnectionState::Tunnel: return "tunnel";
  }
  return "unknown";
}

std::string_view messageKindName(int opcode) {
  switch (opcode) {
    case 1: return "text";
    case 2: return "binary";
    case 8: return "close";
    case 9: return "ping";
    case 10: return "pong";
    default: return "unknown";
  }
}

std::string_view senderName(capture::Direction direction) {
  return direction == capture::Direction::Request ? "client" : "server";
}

}  // namespace sluice::cli
