// A recorded head as lines: tolerant of whatever was recorded, since it may be what made an exchange fail. Views into
// the text that was given. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::store {

struct RawField {
  std::string_view name;
  std::string_view value;  // without the spaces around it
};

struct RawHead {
  std::string_view firstLine;  // without its line end
  std::vector<RawField> fields;
};

// Lines that continue another are left out, and so are lines without a colon.
RawHead readRawHead(std::string_view head);

// Every value of the field joined by ", "; names compare without regard to case. Empty when there is none.
std::string valueOf(const RawHead& head, std::string_view name);
// The same of a head that is asked for nothing else.
std::string valueIn(std::string_view head, std::string_view name);

}  // namespace sluice::store
