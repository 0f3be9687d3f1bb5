// The bytes of a JSON file on their way to a parser, which holds a text until it is over: texts that nobody wants, and those that are
// long, go elsewhere, and the parser finds empty ones in their place. Blocking; any thread.
//
// Half of a character outside the BMP (RFC 8259, 8.2), at which a parser would end, is U+FFFD.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "core/har/har_text.h"

namespace sluice::har {

class JsonBytes final : public std::streambuf {
 public:
  using TakeText = std::function<Result<void>(std::string_view piece)>;

  // `file` must outlive this. Ends where the parser would hold more than `partBytesMax` of the file.
  JsonBytes(std::streambuf& file, std::uint64_t partBytesMax) : file_(file), partBytesMax_(partBytesMax) {}

  // What becomes of the next text that begins: by the parser; by nobody; by `take`, without its escapes. Stays so until it is said anew.
  void parseTexts() { use_ = Use::Parse; }
  void skipTexts() { use_ = Use::Skip; }
  void giveTexts(TakeText take) { use_ = Use::Give, take_ = std::move(take); }

  // All that `take` said; after an error the file ends.
  const Result<void>& outcome() const { return outcome_; }
  bool endedEarly() const { return partBytes_ > partBytesMax_; }
  bool isUtf16();

  // Where the text began that is over before the last byte: "at line 2, column 22".
  std::string placeOf(std::string_view text) const;
  // Of the bytes that the parser did not see, those in the last line.
  std::size_t hiddenInLine() const { return hiddenInLine_; }

 private:
  enum class Use : std::uint8_t { Parse, Skip, Give };
  struct Place {
    std::size_t line = 1;
    std::size_t column = 0;
  };

  enum class In : std::uint8_t { Structure, Text, HiddenText };

  int_type uflow() override;
  int_type next();
  std::size_t unitAhead();
  void note(char byte);
  void takeText();
  bool takePlain(std::string_view piece, Utf8Check& check);
  bool takeEscape();
  void hide(std::size_t bytes);
  bool hasAhead(std::size_t bytes);
  std::string_view ahead() const { return std::string_view(buffer_).substr(at_); }
  std::size_t escape();
  std::optional<unsigned> codeUnit(std::size_t at);

  std::streambuf& file_;
  const std::uint64_t partBytesMax_;
  std::uint64_t partBytes_ = 0;
  Use use_ = Use::Parse;
  TakeText take_;
  Result<void> outcome_;
  std::string buffer_;
  std::size_t at_ = 0;       // in buffer_
  std::size_t known_ = 0;    // of what is ahead: to be given as it is
  In in_ = In::Structure;
  bool isMistaken_ = false;  // a text that was taken is no UTF-8: the parser is to find that out
  Place place_;              // of the last byte
  Place before_;             // of the one before
  std::size_t hiddenInLine_ = 0;
};

}  // namespace sluice::har
