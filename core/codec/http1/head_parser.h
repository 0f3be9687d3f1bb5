// Reads the head of an HTTP/1 request or response from fragments of any size (RFC 9112). How the bytes are cut never
// changes the outcome. Pure; owned by one thread. No allocation after warm-up unless something is wrong.
//
// Strict where two readers could see two different messages: a bare LF or CR, NUL, white space before a colon, folded
// lines, invalid bytes in names, a missing or second Host. Tolerant of what is merely odd: unknown methods, bytes
// above 0x7f in values and targets, any case, an empty reason, a few empty lines before a request (RFC 9112 section
// 2.2).
//
// Limits: kHeadBytesMax (Code::HeadTooLarge), kHeaderCountMax (Code::TooManyHeaders), kLeadingEmptyLinesMax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/codec/http1/head.h"

namespace sluice::http1 {

class HeadParser {
 public:
  enum class State : std::uint8_t { NeedMore, Done };

  struct Fed {
    State state = State::NeedMore;
    std::size_t consumed = 0;  // of this fragment; what follows is body or the next message
  };

  explicit HeadParser(Role role);

  // Errors: BadRequest or BadResponse, HeadTooLarge, TooManyHeaders; the side is client for requests and upstream for
  // responses; the detail names the line and the byte offset in the head. An error is final until reset().
  // After Done, feeding again consumes nothing until reset().
  Result<Fed> feed(Bytes fragment);

  // Complete after Done. Before that, and after an error, raw() is what has been read so far (of a refused start line,
  // as much as had come).
  const Head& head() const { return head_; }
  // Moves the head out; the parser is then as after reset().
  Head take();
  // Ready for the next message of the same role; keeps the memory.
  void reset();
  // As reset(), and gives the memory back: no message is expected for long.
  void release();

  // Whether a byte of this message has arrived (empty lines before a request do not count): tells a connection that
  // ended between two messages from one that ended inside a head.
  bool started() const;
  // Bytes of the empty lines that stood before the request; consumed, but not part of the head.
  std::size_t leadingBytes() const { return leadingBytes_; }

 private:
  enum class Phase : std::uint8_t { StartLine, Fields, Done, Failed };
  using Range = Head::Range;

  static Range range(std::size_t begin, std::size_t end);
  Range unfinishedLine() const;

  // Each returns false after refuse(). Lines are without their ends.
  bool parseLine();
  bool skipEmptyLine();
  bool checkStart(Range line);
  bool checkMethod(Range line);
  bool parseStartLine(Range line);
  bool parseRequestLine(Range line);
  bool parseStatusLine(Range line);
  bool parseVersion(Range text);
  bool parseField(Range line);
  bool finish();
  bool checkHost();

  // Always false: `return refuse(...)`. Offsets count from the beginning of the head.
  bool refuse(std::size_t offset, std::string what);
  bool refuse(Code code, std::size_t offset, std::string what);
  bool refuseFieldName(Range line, std::size_t nameEnd);

  Head head_;
  Phase phase_ = Phase::StartLine;
  std::size_t lineBegin_ = 0;  // offset in head_.raw_ of the line being read
  std::size_t leadingBytes_ = 0;
  Error error_;  // set when phase_ is Failed
};

}  // namespace sluice::http1
