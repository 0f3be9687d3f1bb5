// A filter as an SQL condition on table `exchange`. Any thread.
#pragma once

#include <cstdint>
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
  std::string ofRow = "1";      // the same as a value, for whoever asks it of one exchange after the other
  std::string cheap = "1";      // holds wherever they do, and reads no heads or bodies
  std::vector<filter::Pattern> patterns;
  // Heads or bodies are read for it: up to milliseconds a row rather than a microsecond.
  bool readsContent = false;
};

// How patterns are looked for in names of hosts. ByName: in each name once, which lets an index find the rows, and costs a microsecond
// or two a name. ByRow: in that of each row.
enum class Hosts : std::uint8_t { ByName, ByRow };

// Whether that makes a difference to a filter.
bool asksForHosts(const filter::Node& node);

// Fails with BadArgument when a pattern is no regular expression, which parse() never lets through.
Result<FilterSql> compileFilter(const filter::Node& node, Hosts hosts = Hosts::ByName);

}  // namespace sluice::store
