// Any bytes as a chunked body: fed whole and in pieces, stripped and passed, beside a plain decoder of its own.
#include <algorithm>
#include <optional>
#include <string>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/pipe/chunked_filter.h"

namespace {

using namespace sluice;
using namespace sluice::pipe;
using State = InputFilter::State;
using Mode = ChunkedFilter::Mode;

class Collector final : public FilterOutput {
 public:
  void pass(const Slice& part) override {
    SLUICE_ASSERT(part.size > 0);
    passed += asText(part.bytes());
  }
  void body(Bytes payload) override { tapped += asText(payload); }
  std::string passed, tapped;
};

struct Run {
  State state = State::More;
  std::size_t consumed = 0;
  std::string passed, tapped, trailers, extensions;
  Code code = Code::None;
};

// `cut` decides how long the pieces are; 0: all at once.
Run feed(std::string_view wire, Mode mode, unsigned cut) {
  ChunkedFilter filter(mode);
  Collector out;
  Run run;
  std::size_t leastEnd = 0;
  for (unsigned round = cut; run.consumed < wire.size() && run.state == State::More; round = round * 5 + 3) {
    const auto due = filter.due();
    SLUICE_ASSERT(due && *due > 0);
    leastEnd = std::max<std::uint64_t>(leastEnd, run.consumed + std::min<std::uint64_t>(*due, wire.size() * 2));
    SLUICE_ASSERT(filter.endError().code == Code::EndedEarly);
    const auto piece = wire.substr(run.consumed, cut == 0 ? wire.size() : 1 + round % 17);
    const auto fed = filter.feed(Slice::ofMemory(asBytes(piece)), out);
    SLUICE_ASSERT(fed.consumed <= piece.size());
    SLUICE_ASSERT(fed.state != State::More || fed.consumed == piece.size());
    run.state = fed.state;
    run.consumed += fed.consumed;
  }
  if (run.state == State::Complete) {
    SLUICE_ASSERT(run.consumed >= leastEnd);  // due() never promises too much
    SLUICE_ASSERT(filter.due() == std::uint64_t{0} && filter.endError().code == Code::None);
  }
  SLUICE_ASSERT((run.state == State::Failed) == (filter.error().code != Code::None));
  SLUICE_ASSERT(filter.bodyBytes() == out.tapped.size());
  SLUICE_ASSERT(filter.trailers().size() <= limits::kTrailerBytesMax);
  SLUICE_ASSERT(filter.extensions().size() <= limits::kChunkExtensionBytesKept);
  run.passed = out.passed;
  run.tapped = out.tapped;
  run.trailers = filter.trailers();
  run.extensions = filter.extensions();
  run.code = filter.error().code;
  return run;
}

// Reads a complete message by lines, as RFC 9112 7.1.3 describes it. None: not complete or not valid.
std::optional<std::string> decode(std::string_view wire, std::size_t& end) {
  std::string body;
  std::size_t at = 0;
  while (true) {
    const std::size_t lineEnd = wire.find("\r\n", at);
    if (lineEnd == std::string_view::npos) return std::nullopt;
    const std::string_view line = wire.substr(at, lineEnd - at);
    const std::size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
    if (digits == 0) return std::nullopt;
    std::size_t significant = std::min(line.find_first_not_of('0'), digits);
    if (digits - significant > 15) return std::nullopt;
    const std::string number(line.substr(significant, digits - significant));
    const std::uint64_t size = number.empty() ? 0 : std::stoull(number, nullptr, 16);
    at = lineEnd + 2;
    if (size == 0) break;
    if (wire.size() - at < size + 2 || wire.substr(at + size, 2) != "\r\n") return std::nullopt;
    body += wire.substr(at, size);
    at += size + 2;
  }
  while (true) {
    const std::size_t lineEnd = wire.find("\r\n", at);
    if (lineEnd == std::string_view::npos) return std::nullopt;
    if (lineEnd == at) break;
    at = lineEnd + 2;
  }
  end = at + 2;
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const unsigned cut = size > 0 ? data[0] : 0;
  const std::string_view wire(reinterpret_cast<const char*>(data) + (size > 0), size - (size > 0));

  const Run whole = feed(wire, Mode::Strip, 0);
  SLUICE_ASSERT(whole.passed == whole.tapped);
  for (const Mode mode : {Mode::Strip, Mode::Pass}) {
    const Run run = feed(wire, mode, cut);
    SLUICE_ASSERT(run.state == whole.state && run.consumed == whole.consumed && run.code == whole.code);
    SLUICE_ASSERT(run.tapped == whole.tapped && run.trailers == whole.trailers && run.extensions == whole.extensions);
    SLUICE_ASSERT(run.passed == (mode == Mode::Strip ? run.tapped : std::string(wire.substr(0, run.consumed))));
  }
  if (whole.state == State::Complete) {
    std::size_t end = 0;
    const auto body = decode(wire, end);
    SLUICE_ASSERT(body && *body == whole.tapped && end == whole.consumed);
  }
  return 0;
}
