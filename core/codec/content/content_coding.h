// Content codings by name (RFC 9110 8.4.1). Any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace sluice::content {

enum class Coding : std::uint8_t {
  Gzip,     // RFC 1952; also under its old name x-gzip
  Deflate,  // RFC 1950, and the bare RFC 1951 that some servers send under this name
  Brotli,   // RFC 7932, "br"
  Zstd,     // RFC 8878
};
std::string_view name(Coding coding);

// The codings of a Content-Encoding field in the order in which they were applied; "identity" and empty members are
// left out. Several fields are given joined by commas. UnsupportedCoding names one that is not known here, or says that
// more than limits::kContentCodingsMax are stacked.
Result<std::vector<Coding>> parseContentEncoding(std::string_view fieldValue);

}  // namespace sluice::content
