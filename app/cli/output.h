// Where a command's results go. One thread.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::cli {

class Output {
 public:
  virtual ~Output() = default;
  // All of `bytes`, unchanged.
  virtual Result<void> write(Bytes bytes) = 0;
  // Whether a person's terminal takes it: then nothing may pass that would command the terminal.
  virtual bool isTerminal() const = 0;

  Result<void> writeText(std::string_view text) { return write(asBytes(text)); }
};

}  // namespace sluice::cli
