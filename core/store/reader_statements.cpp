#include "core/store/reader_statements.h"

namespace sluice::store {

std::vector<std::string> readerStatements(const FilterSql& filter) {
  return {
      "SELECT version, exchanges, body_file_bytes, (SELECT min(id) FROM exchange), (SELECT max(id) FROM exchange),"
      " (SELECT count(*) FROM exchange WHERE state = 0), first_version FROM history WHERE id = 1",
      "SELECT version, id, " + filter.ofRow + " FROM exchange WHERE version > ?1 ORDER BY version",
  };
}

}  // namespace sluice::store
