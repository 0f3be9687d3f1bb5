// One request as the origin sees it, read from a blocking stream with a decoder of its own: nothing here is shared
// with the code under test. The connection's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/origin/stream.h"

namespace sluice::test {

// The stream with what was read too far.
class Input {
 public:
  explicit Input(Stream& stream) : stream_(stream) {}

  // Everything up to and with the first occurrence of `end`; nothing when the stream ends before or `max` is passed.
  std::optional<std::string> until(std::string_view end, std::size_t max);
  // Some bytes, at most `max`; empty at the end.
  std::string some(std::size_t max);

 private:
  bool fill();

  Stream& stream_;
  std::string kept_;
};

struct Request {
  std::string raw;  // the head as received, with the empty line
  std::string method;
  std::string path;  // without the query, percent-decoded
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case

  std::string text(const std::string& name, const std::string& otherwise) const;
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;
  bool has(const std::string& name) const { return query.count(name) != 0; }
  std::string header(const std::string& name) const;
};

std::optional<Request> readRequest(Input& input);

struct BodySummary {
  bool complete = false;
  std::string framing = "none";  // none, length, chunked
  std::uint64_t size = 0;
  std::uint64_t chunks = 0;
  std::string extensions;  // chunk extensions as received, joined
  std::string trailers;    // trailer lines as received
};

// Hands the body on piece by piece; `take` returns false to stop reading.
BodySummary readBody(const Request& request, Input& input, const std::function<bool(Bytes)>& take);

}  // namespace sluice::test
