// What sluicectl prints for people: aligned, units spelled out, and nothing from traffic that could command a terminal.
// Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/control/messages.h"
#include "core/store/rows.h"

namespace sluice::cli {

std::string describe(const control::StatusReply& status);
// `now` tells the ages.
std::string describe(const control::ConnectionsReply& connections, WallTime now);
std::string describe(const std::vector<store::ExchangeRow>& rows);
// Sizes of bodies without their content coding; nothing where there is none, or it could not be undone.
struct DecodedSizes {
  std::optional<std::uint64_t> request;
  std::optional<std::uint64_t> response;
};
std::string describe(const store::ExchangeDetails& details, const DecodedSizes& decoded = {});
// Messages of a WebSocket, one a line; times count from the beginning of their exchange.
std::string describe(const std::vector<store::MessageRow>& messages, WallTime startedAt);

// One exchange on one line, without table: for watch.
std::string describeLine(const store::ExchangeRow& row);

// How it goes, on one line of less than 80 characters and without line end: for watch.
std::string describeLine(const control::StatusSample& sample);

}  // namespace sluice::cli
