// What a command wrote, for the tests of this folder. Can break at the N-th write. One thread.
#pragma once

#include <limits>
#include <string>

#include "app/cli/output.h"

namespace sluice::cli {

class CollectingOutput final : public Output {
 public:
  Result<void> write(Bytes bytes) override {
    if (writesLeft-- == 0) return fail(Side::Local, Code::NoSpace, "output");
    text += asText(bytes);
    return {};
  }
  bool isTerminal() const override { return terminal; }

  std::string text;
  bool terminal = false;
  int writesLeft = std::numeric_limits<int>::max();
};

}  // namespace sluice::cli
