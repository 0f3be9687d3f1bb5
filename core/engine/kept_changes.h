// Changes that outlive the engine: each is in force when it is kept, and is judged when those before it are in force. Nobody
// waits for the disk meanwhile. Supervisor's loop.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace sluice::engine {

class KeptChanges {
 public:
  using Answer = std::function<void(Result<void>)>;
  // Keeps a text under a key beyond the end of the engine; nothing as text forgets it. Answers at once or later.
  using Keep = std::function<void(const std::string& key, std::optional<std::string> text, Answer answer)>;
  struct Change {
    std::string key;
    std::optional<std::string> text;
    std::function<Result<void>()> apply;  // when it is kept
  };

  static constexpr std::size_t kWaitingMax = 256;  // more than hands can change while somebody holds the database

  explicit KeptChanges(Keep keep);

  // `judge` says what is to be kept, or why this must not be. Errors, for `done`: those of judging, keeping and applying;
  // DatabaseBusy when kWaitingMax wait already.
  void make(std::function<Result<Change>()> judge, Answer done);

 private:
  struct Waiting {
    std::function<Result<Change>()> judge;
    Answer done;
  };

  void next();

  const Keep keep_;
  std::deque<Waiting> waiting_;
  bool keeping_ = false;
};

}  // namespace sluice::engine
