// The JSON that sluicectl prints; app/cli/README.md documents it. Always valid UTF-8. Any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/control/messages.h"
#include "core/store/rows.h"

namespace sluice::cli {

nlohmann::ordered_json toJson(const control::StatusReply& status);
nlohmann::ordered_json toJson(const control::StatusSample& sample);
nlohmann::ordered_json toJson(const control::ConnectionRow& row);
nlohmann::ordered_json toJson(const store::ExchangeRow& row);
nlohmann::ordered_json toJson(const store::ExchangeDetails& details);
nlohmann::ordered_json toJson(const store::MessageRow& message);

// On one line, without a line end.
std::string line(const nlohmann::ordered_json& value);
// Over several lines, for one object that a person may read.
std::string pretty(const nlohmann::ordered_json& value);

}  // namespace sluice::cli
