// A recorded request as a command line of curl, and both messages as they were. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/store/rows.h"

namespace sluice::har {

// A command for any POSIX shell that sends the same request again: nothing in it is taken for anything but text. `body`
// is the request's, as it was sent. What curl would add of its own is taken away again.
std::string curlCommand(const store::ExchangeDetails& exchange, std::string_view body);

// `text` as one word of a POSIX shell. REQUIRES: no NUL, which no argument can hold; they are left out.
std::string shellWord(std::string_view text);

}  // namespace sluice::har
