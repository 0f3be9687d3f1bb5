#include "core/store/rows.h"

namespace sluice::store {

std::string_view name(State state) {
  switch (state) {
    case State::Running: return "running";
    case State::Complete: return "complete";
    case State::Failed: return "failed";
    case State::CutOff: return "cut off";
  }
  return "unknown";
}

}  // namespace sluice::store
