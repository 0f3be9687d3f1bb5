// HTTP/1 messages as the tests read them, from a blocking stream and with a decoder of their own: nothing here is
// shared with the code under test. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/wire/stream.h"

namespace sluice::test {

// The stream with what was read too far.
class Input {
 public:
  explicit Input(Stream& stream) : stream_(stream) {}

  // Everything up to and with the first occurrence of `end`; nothing when the stream ends before or `max` is passed.
  std::optional<std::string> until(std::string_view end, std::size_t max);
  // Some bytes, at most `max`; empty at the end.
  std::string some(std::size_t max);
  // Exactly so many bytes, or fewer when the stream ends.
  std::string exactly(std::size_t count);
  // Everything to the end of the stream.
  std::string rest();

 private:
  bool fill();

  Stream& stream_;
  std::string kept_;
};

struct Head {
  std::string raw;                             // as received, with the empty line
  std::string startLine;                       // without its line end
  std::map<std::string, std::string> headers;  // names in lower case, values trimmed

  std::string header(const std::string& name) const;
  int status() const;  // of a response, else 0
};

std::optional<Head> readHead(Input& input);

struct BodySummary {
  bool complete = false;
  std::string framing = "none";  // none, length, chunked, close
  std::uint64_t size = 0;
  std::uint64_t chunks = 0;
  std::string extensions;  // chunk extensions as received, joined
  std::string trailers;    // trailer lines as received
};

enum class WithoutLength { NoBody, UntilClose };  // what it means when the head announces none: request, response

// Hands the body on piece by piece; `take` returns false to stop reading.
BodySummary readBody(const Head& head, WithoutLength without, Input& input, const std::function<bool(Bytes)>& take);

}  // namespace sluice::test
