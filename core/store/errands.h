// What other threads ask of the recorder's. Any thread, but for what is said to be of that one.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "core/base/result.h"

namespace sluice::store {

class Errands {
 public:
  using Errand = std::function<Result<void>()>;
  using Answer = std::function<void(Result<void>)>;

  // `answer` is called on the recorder's thread once it is done; here, with Aborted, when it has stopped. `wake` tells that thread.
  void ask(Errand what, Answer answer, const std::function<void()>& wake);

  // The recorder's thread: does all that was asked so far.
  void doAll();
  // The recorder's thread: nothing is done any more.
  void end();

 private:
  struct Asked {
    Errand what;
    Answer answer;
  };

  std::vector<Asked> takeAll();

  // Shared.
  std::mutex mutex_;
  std::vector<Asked> asked_;
  bool ended_ = false;
};

}  // namespace sluice::store
