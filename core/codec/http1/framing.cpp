#include "core/codec/http1/framing.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>

#include "core/codec/http1/chars.h"
#include "core/codec/http1/text.h"
#include "core/codec/http1/token_list.h"

namespace sluice::http1 {
namespace {

constexpr std::uint64_t kLengthMax = std::numeric_limits<std::int64_t>::max();  // what files and the database can count
constexpr std::size_t kLengthDigitsMax = 19;                                    // of kLengthMax

// Registered codings (RFC 9112 section 7). Only chunked frames a message; the others are passed on undecoded.
constexpr std::array<std::string_view, 5> kOtherCodings = {"gzip", "deflate", "compress", "x-gzip", "x-compress"};

enum class TransferEncoding : std::uint8_t { Absent, Chunked, OtherOnly };

class FramingFields {
 public:
  explicit FramingFields(const Head& head) : head_(head) {}

  Result<TransferEncoding> transferEncoding() const;
  Result<std::optional<std::uint64_t>> contentLength() const;
  tl::unexpected<Error> bad(std::string detail) const {
    return fail(head_.role() == Role::Request ? Side::Client : Side::Upstream, Code::BadFraming, std::move(detail));
  }

 private:
  const Head& head_;
};

// An empty member is legal in a list, but not every reader of a framing field skips it.
bool hasEmptyMember(std::string_view value) {
  const auto members = std::distance(TokenList(value).begin(), TokenList(value).end());
  return members != 1 + std::count(value.begin(), value.end(), ',');
}

bool isOtherCoding(std::string_view coding) {
  return std::any_of(kOtherCodings.begin(), kOtherCodings.end(),
                     [coding](std::string_view known) { return equalsIgnoringCase(coding, known); });
}

Result<TransferEncoding> FramingFields::transferEncoding() const {
  auto seen = TransferEncoding::Absent;
  for (std::size_t i = 0; i < head_.fieldCount(); ++i) {
    const Field field = head_.field(i);
    if (field.id != FieldId::TransferEncoding) continue;
    if (hasEmptyMember(field.value)) return bad("Transfer-Encoding has an empty member: " + inQuotes(field.value));
    for (const std::string_view coding : TokenList(field.value)) {
      if (seen == TransferEncoding::Chunked)
        return bad("Transfer-Encoding names a coding after chunked: " + inQuotes(coding));
      if (equalsIgnoringCase(coding, "chunked")) {
        seen = TransferEncoding::Chunked;
      } else if (isOtherCoding(coding)) {
        seen = TransferEncoding::OtherOnly;
      } else {
        return bad("unknown transfer coding " + inQuotes(coding));
      }
    }
  }
  return seen;
}

Result<std::optional<std::uint64_t>> FramingFields::contentLength() const {
  std::optional<std::string_view> digits;
  for (std::size_t i = 0; i < head_.fieldCount(); ++i) {
    const Field field = head_.field(i);
    if (field.id != FieldId::ContentLength) continue;
    if (hasEmptyMember(field.value)) return bad("Content-Length has no number: " + inQuotes(field.value));
    for (const std::string_view member : TokenList(field.value)) {
      if (skip(kDigit, member) != member.size()) return bad("Content-Length is not a number: " + inQuotes(member));
      if (digits && *digits != member) {
        return bad("Content-Length has two values: " + inQuotes(*digits) + " and " + inQuotes(member));
      }
      digits = member;
    }
  }
  if (!digits) return std::optional<std::uint64_t>{};
  std::uint64_t length = 0;
  for (const char digit : digits->substr(0, kLengthDigitsMax)) length = length * 10 + std::uint64_t(digit - '0');
  if (digits->size() > kLengthDigitsMax || length > kLengthMax)
    return bad("Content-Length is too large: " + inQuotes(*digits));
  return std::optional(length);
}

Result<Framing> decide(const Head& head, Framing withoutFields) {
  const FramingFields fields(head);
  const auto encoding = fields.transferEncoding();
  if (!encoding) return fail(encoding.error());
  const auto length = fields.contentLength();
  if (!length) return fail(length.error());
  if (*encoding == TransferEncoding::Absent) return *length ? Framing::ofLength(**length) : withoutFields;
  if (*length) return fields.bad("both Transfer-Encoding and Content-Length");
  if (head.version().is10()) return fields.bad("Transfer-Encoding in HTTP/1.0");
  if (*encoding == TransferEncoding::Chunked) return Framing::chunked();
  if (head.role() == Role::Request) return fields.bad("Transfer-Encoding of a request does not end in chunked");
  return Framing::untilClose();
}

}  // namespace

Result<Framing> requestFraming(const Head& request) { return decide(request, Framing::none()); }

Result<Framing> responseFraming(const Head& response, std::string_view requestMethod) {
  const int status = response.status();
  const bool isSuccess = status >= 200 && status < 300;
  const bool neverHasBody = status < 200 || status == 204 || status == 304 || requestMethod == "HEAD" ||
                            (requestMethod == "CONNECT" && isSuccess);
  if (neverHasBody) return Framing::none();
  return decide(response, Framing::untilClose());
}

}  // namespace sluice::http1
