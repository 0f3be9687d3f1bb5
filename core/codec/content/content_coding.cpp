#include "core/codec/content/content_coding.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/base/limits.h"

namespace sluice::content {
namespace {

std::string lowerTrimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  std::string name(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::optional<Coding> codingNamed(std::string_view name) {
  if (name == "gzip" || name == "x-gzip") return Coding::Gzip;
  if (name == "deflate") return Coding::Deflate;
  if (name == "br") return Coding::Brotli;
  if (name == "zstd") return Coding::Zstd;
  return std::nullopt;
}

}  // namespace

std::string_view name(Coding coding) {
  switch (coding) {
    case Coding::Gzip: return "gzip";
    case Coding::Deflate: return "deflate";
    case Coding::Brotli: return "br";
    case Coding::Zstd: return "zstd";
  }
  return {};
}

Result<std::vector<Coding>> parseContentEncoding(std::string_view fieldValue) {
  std::vector<Coding> codings;
  for (std::size_t at = 0; at <= fieldValue.size();) {
    const auto comma = std::min(fieldValue.find(',', at), fieldValue.size());
    const std::string member = lowerTrimmed(fieldValue.substr(at, comma - at));
    at = comma + 1;
    if (member.empty() || member == "identity") continue;
    const auto coding = codingNamed(member);
    if (!coding) return fail(Side::Local, Code::UnsupportedCoding, "content coding '" + member.substr(0, 64) + "'");
    if (codings.size() == limits::kContentCodingsMax) {
      return fail(Side::Local, Code::UnsupportedCoding,
                  "more than " + std::to_string(limits::kContentCodingsMax) + " content codings");
    }
    codings.push_back(*coding);
  }
  return codings;
}

}  // namespace sluice::content
