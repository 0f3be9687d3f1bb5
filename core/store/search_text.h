// What of an exchange the index of search_index.h is given. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sluice::store {

// The printable ASCII runs of `bytes`, in lower case, apart from each other: all that Pattern::requiredPieces() can ask
// for. Whatever a pattern is found in holds the pattern's pieces here too.
void appendSearchText(std::string& to, std::string_view bytes);

// Only bodies that are text are searched, the decoded beginning of each. What a body is, its Content-Type and its first bytes say
// together:
// - pictures, sound, films, fonts and what is packed (zip, PDF, protocol buffers ...) are not text, but image/svg+xml and all else in
//   +xml or +json is;
// - whatever the type says, or does not say (application/octet-stream), a body is no text with a NUL in its first KiB, or with more
//   than one control character in 32 there.
bool mayBeText(std::string_view head);
bool looksLikeText(std::string_view beginning);  // decoded; only the first kSniffedBytes are looked at
inline constexpr std::size_t kSniffedBytes = 1024;

}  // namespace sluice::store
