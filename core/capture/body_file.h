// What the file of a body is called that lies beside the history: whoever passes a body on may write it itself. Any thread.
#pragma once

#include <string>

#include "core/capture/records.h"

namespace sluice::capture {

inline std::string bodyFileName(ExchangeId exchange, Direction direction) {
  std::string name = std::to_string(exchange.value);
  switch (direction) {
    case Direction::Request: name += ".request"; break;
    case Direction::Response: name += ".response"; break;
  }
  return name;
}

}  // namespace sluice::capture
