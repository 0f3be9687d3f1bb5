#include "core/store/sort_order.h"

#include "core/store/sql_statement.h"

namespace sluice::store {

bool isText(SortColumn column) {
  switch (column) {
    case SortColumn::Method:
    case SortColumn::Host:
    case SortColumn::Path:
    case SortColumn::Type:
    case SortColumn::Program:
    case SortColumn::Profile: return true;
    case SortColumn::State:
    case SortColumn::Status:
    case SortColumn::Size:
    case SortColumn::Duration:
    case SortColumn::Started: break;
  }
  return false;
}

// Text is cut, so that what comes from traffic cannot make an index large.
std::string_view sortKeySql(SortColumn column) {
  switch (column) {
    case SortColumn::State: return "state";
    case SortColumn::Method: return "lower(substr(method, 1, 16))";
    case SortColumn::Host: return "lower(substr(host, 1, 60))";
    case SortColumn::Path: return "lower(substr(path, 1, 60))";
    case SortColumn::Status: return "status";
    case SortColumn::Type: return "lower(substr(content_type, 1, 40))";
    case SortColumn::Size: return "response_bytes";
    case SortColumn::Duration: return "ifnull(finished_us, -1)";
    case SortColumn::Started: return "started_us";
    // The innermost takes all but the slashes off the end, which leaves the folder. That takes the square of the length, and what is in a
    // session file from elsewhere may have any: the name of a file has 255 bytes at most.
    case SortColumn::Program:
      return "ifnull((SELECT lower(substr(replace(name, rtrim(name, replace(name, '/', '')), ''), 1, 40))"
             " FROM (SELECT replace(substr(client_program, -300), '\\', '/') AS name FROM connection"
             " WHERE connection.id = exchange.connection)), '')";
    case SortColumn::Profile: return "lower(substr(profile, 1, 40))";
  }
  return "NULL";
}

SortKey readSortKey(const Statement& select, int at, SortColumn column) {
  return isText(column) ? SortKey{0, select.text(at)} : SortKey{select.integer(at), {}};
}

}  // namespace sluice::store
