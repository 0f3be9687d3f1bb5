// What of an exchange the index of search_index.h is given. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sluice::store {

// The printable ASCII runs of `bytes`, in lower case, apart from each other: all that Pattern::requiredPieces() can ask
// for. Whatever a pattern is found in holds the pattern's pieces here too.
void appendSearchText(std::string& to, std::string_view bytes);

// Whether the body that came with this head is searched at all: pictures, sound, films and fonts are not.
bool isSearchedBody(std::string_view head);

}  // namespace sluice::store
