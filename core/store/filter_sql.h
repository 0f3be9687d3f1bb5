// A filter as an SQL condition on table `exchange`. Any thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/filter/expression.h"
#include "core/filter/pattern.h"

namespace sluice::store {

// Parameters that the condition uses begin with this number; pattern i is ?kFirstPattern+i.
inline constexpr int kFirstPattern = 11;

struct FilterSql {
  std::string condition = "1";  // uses the functions of filter_functions.h
  std::string cheap = "1";      // holds wherever it does, and reads no heads or bodies
  std::vector<filter::Pattern> patterns;
  // Heads or bodies are read for it: up to milliseconds a row rather than a microsecond.
  bool readsContent = false;
};

// Fails with BadArgument when a pattern is no regular expression, which parse() never lets through.
Result<FilterSql> compileFilter(const filter::Node& node);

}  // namespace sluice::store
