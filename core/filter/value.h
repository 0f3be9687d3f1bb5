// Numbers as people type them in a filter. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/filter/fields.h"

namespace sluice::filter {

// "400", "1.5M", "4KiB", "250ms" or a choice's name, as a Term keeps it; what is too large becomes the largest.
// The error is one sentence for a person. REQUIRES: the field's type is neither Text nor Content.
tl::expected<std::int64_t, std::string> parseNumber(const FieldInfo& field, std::string_view text);

}  // namespace sluice::filter
