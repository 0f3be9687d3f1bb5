// Removes body files that no row knows: what a killed engine had written and not yet committed, and what was cleared. A little at a
// time, since there may be many. The recorder's thread.
#pragma once

#include <optional>
#include <vector>

#include "core/store/backlog.h"
#include "core/store/body_files.h"
#include "core/store/database.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

class BodySweeper {
 public:
  // REQUIRES: nothing has been recorded since the database was opened: so a file of an exchange that is yet to begin
  // is a leftover, and is removed here. The others are noted. `database` must outlive the sweeper.
  static BodySweeper ofStart(Database& database);

  // Those of histories before this one, but for what the backlog still has to tell of. What cannot be removed, since somebody reads it,
  // goes at the next start.
  static BodySweeper ofCleared(Database& database, const Backlog& backlog);

  bool done() const { return files_.empty(); }
  // Looks at up to `count` of the noted files.
  void step(int count);

 private:
  explicit BodySweeper(Database& database);
  bool known(BodyKey key);

  Database* database_;
  std::vector<BodyKey> files_;  // still to be looked at
  std::optional<Statement> select_;
};

}  // namespace sluice::store
