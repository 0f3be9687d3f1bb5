// From a row of table `exchange` to an ExchangeRow. Any thread.
#pragma once

#include <cstddef>

#include "core/base/limits.h"
#include "core/store/rows.h"

namespace sluice::store {

class Statement;

// What a SELECT gives readRow(), in this order.
inline constexpr const char* kRowColumns =
    "id, version, connection, kind, state, method, url, scheme, host, port, path, status, content_type, started_us,"
    " resolved_us, connected_us, request_sent_us, response_head_us, finished_us, request_bytes, request_stored_bytes,"
    " response_bytes, response_stored_bytes, error_code, error_side, error_system, error_detail, upstream_address,"
    " upstream_reused, response_first_us, request_wire_bytes, response_wire_bytes, profile, held_back_us,"
    " (SELECT client_program FROM connection WHERE connection.id = exchange.connection), mark, comment";

// Whether what an exchange's response holds was imported, and is decoded whatever its head says. In SQL.
inline constexpr const char* kIsImported = "exchange.connection = 0 AND state <> 0 AND request_wire_bytes + response_wire_bytes = 0";

// A proxy passes on no longer head, but what is imported can have a URL of any length, and a list has many rows. What is longer in a
// list ends in "…" there.
inline constexpr std::size_t kListedTextBytesMax = limits::kHeadBytesMax;

enum class RowText { Whole, Listed };

// The row may come from a damaged file: numbers out of range become the nearest that means something.
ExchangeRow readRow(const Statement& select, RowText texts);

}  // namespace sluice::store
