// What sluicectl says about the engine's workers. Test thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"

namespace sluice::test {

// The field of `now` in the status; all ones when there is none.
inline std::uint64_t statusOf(const EngineProcess& engine, const std::string& field) {
  const auto told = sluicectl(engine.dataDir(), {"--json", "status"});
  const auto json = nlohmann::json::parse(told.output, nullptr, false);
  if (!told.ok() || json.is_discarded() || !json.contains("now")) return ~std::uint64_t{0};
  return json["now"].value(field, ~std::uint64_t{0});
}

inline EngineProcess::Options withWorkers(int count, std::vector<std::string> more = {}) {
  EngineProcess::Options options;
  options.arguments = {"--workers", std::to_string(count)};
  options.arguments.insert(options.arguments.end(), more.begin(), more.end());
  return options;
}

}  // namespace sluice::test
