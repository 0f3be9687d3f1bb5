// Words for error details: parts of a peer's bytes made fit to be shown. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::http1 {

// "0x0d"
std::string hexByte(char byte);

// The text in double quotes, bytes outside printable ASCII as \xNN, cut after 64 bytes.
std::string inQuotes(std::string_view text);

// The text with control bytes and what is not UTF-8 as \xNN, cut at the character that passes `bytesMax`.
std::string printable(std::string_view text, std::size_t bytesMax);

// Index of the first control byte (below 0x20 or 0x7f) that is not a tab; text.size() when there is none. Eight bytes
// at a time: this walks every byte of every field value.
std::size_t findControl(std::string_view text);

}  // namespace sluice::http1
