// Removes body files that no row knows: what a killed engine had written and not yet committed. A little at a time,
// since there may be many. The recorder's thread.
#pragma once

#include <filesystem>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/database.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

class BodySweeper {
 public:
  // Looks only at exchanges below database.nextExchangeId(): later ones are being written. `database` must outlive it.
  explicit BodySweeper(Database& database);

  bool done() const { return at_ == std::filesystem::directory_iterator(); }
  // Looks at up to `files` files. On an error the rest is left to the next start.
  void step(int files);

 private:
  bool known(const std::filesystem::path& file);

  Database* database_;
  std::filesystem::directory_iterator at_;
  std::optional<Statement> select_;
};

}  // namespace sluice::store
