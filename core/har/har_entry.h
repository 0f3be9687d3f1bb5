// One entry of a HAR file between its JSON and capture records. Any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/capture/records.h"
#include "core/har/har_time.h"
#include "core/har/long_text.h"

namespace sluice::har {

// Of an entry, what may be long, as it stands in the file.
struct HarTexts {
  explicit HarTexts(const std::filesystem::path& folder) : request(folder), response(folder), messages(folder) {}

  LongText request;
  LongText response;
  LongText messages;  // appendMessage()
};

struct HarMessage {
  std::string version;  // "HTTP/1.1", "h2"
  std::vector<std::pair<std::string, std::string>> fields;
  bool base64 = false;  // the body's text, if it is any
  std::optional<std::uint64_t> bodyBytes;  // on the wire, where it is told
  std::string trailers;
};

struct HarEntry {
  explicit HarEntry(HarTexts all) : texts(std::move(all)) {}

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
  HarTexts texts;
};

// Takes whatever fits and passes over the rest: files of other tools are odd in many ways. Without its texts, `texts` has those. Errors: of
// their files.
Result<HarEntry> entryFrom(const nlohmann::json& json, HarTexts texts);

// One of `_webSocketMessages`; what is none is passed over. Errors: those of the file of `messages`.
Result<void> appendMessage(const nlohmann::json& json, LongText& messages);

// In the order in which they would have been recorded, bodies in pieces. Errors: those of `take`, which nothing is given after, and of the
// files of texts.
using TakeRecord = std::function<Result<void>(capture::Record)>;
Result<void> giveRecords(HarEntry entry, ExchangeId id, const TakeRecord& take);

}  // namespace sluice::har
