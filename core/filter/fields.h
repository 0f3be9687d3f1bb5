// What can be asked of an exchange: every field of the filter language. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::filter {

enum class Field : std::uint8_t {
  Url,
  Host,
  Path,
  Method,
  Scheme,
  Type,
  Error,
  Client,
  Program,
  Upstream,
  Header,
  RequestHeader,
  ResponseHeader,
  Body,
  RequestBody,
  ResponseBody,
  Id,
  Status,
  Port,
  Size,
  RequestSize,
  Duration,
  State,
  Kind,
  Side,
  Mark,
  Comment,
};

enum class FieldType : std::uint8_t {
  Text,      // ~ and =
  Content,   // heads and bodies: ~ alone, since nobody types a whole one
  Number,    // = and the comparisons
  Bytes,     // as Number, with 10k, 1.5M, 4KiB
  Duration,  // as Number, with 250ms, 2s; plain numbers are milliseconds; kept in microseconds
  Choice,    // = one of `choices`, kept as its index
};

struct FieldInfo {
  Field field;
  std::string_view name;
  FieldType type;
  std::string_view help;
  std::span<const std::string_view> choices;
};

// In the order of Field.
std::span<const FieldInfo> fields();
const FieldInfo& info(Field field);
// Null when no field has this name; case does not matter.
const FieldInfo* findField(std::string_view name);

}  // namespace sluice::filter
