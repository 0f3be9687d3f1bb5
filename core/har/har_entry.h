// One entry of a HAR file between its JSON and capture records. Any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/time.h"
#include "core/capture/records.h"
#include "core/har/har_time.h"

namespace sluice::har {

struct HarMessage {
  std::string version;  // "HTTP/1.1", "h2"
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::uint64_t bodyBytes = 0;  // on the wire, as far as it is told
  std::string trailers;
};

struct HarEntry {
  WallTime startedAt;
  Timings timings;
  std::string method;
  std::string url;
  HarMessage request;
  int status = 0;
  std::string phrase;
  std::string contentType;
  HarMessage response;
  Error error;
  std::string upstreamAddress;
  bool upstreamReused = false;
  Mark mark = Mark::None;
  std::string comment;
  std::vector<capture::MessagePassed> messages;  // of a WebSocket; without the exchange
};

// Takes whatever fits and passes over the rest: files of other tools are odd in many ways.
HarEntry entryFrom(const nlohmann::json& json);

// In the order in which they would have been recorded.
std::vector<capture::Record> recordsOf(HarEntry entry, ExchangeId id);

}  // namespace sluice::har
