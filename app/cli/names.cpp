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

}  // namespace sluice::cli
