// A recorded body without its content codings, for whoever searches, shows or exports it. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/store/body_reader.h"
#include "core/store/rows.h"

namespace sluice::store {

// The head that says how a body of this exchange is to be decoded: that which came with it, or nothing for the response of an exchange
// that was imported from a HAR file, where it is decoded already, whatever its head says.
std::string_view decodingHead(const ExchangeDetails& details, capture::Direction direction);

// Gives the body to `sink` in pieces, decoded as the head's Content-Encoding says; `head` is the raw head that came with
// it. At most `bytesMax` bytes of what had a coding, which a small body may become many of: what is more is an error, DecodedTooLarge. A
// body without one has any size. Other errors: UnsupportedCoding, BadCoding, those of the body and those of the sink. What the sink got
// before an error stays true.
using BodySink = std::function<Result<void>(Bytes)>;
Result<void> decodeBody(BodyReader& body, std::string_view head, std::uint64_t bytesMax, const BodySink& sink);

// The beginning of the decoded body, as much as can be had of its first `bytesMax` bytes; encoded when its coding is
// not known here.
std::string beginningOfBody(BodyReader& body, std::string_view head, std::size_t bytesMax);

// The same of what people search in, limits::kSearchedBodyBytesMax at most: nothing when what it begins with is no text (search_text.h has
// the rule). `decodingHead`: as above.
std::string searchedBeginning(BodyReader& body, std::string_view decodingHead);

}  // namespace sluice::store
