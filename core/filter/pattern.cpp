#include "core/filter/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/base/limits.h"

namespace sluice::filter {
namespace {

RE2::Options optionsFor(bool literal, RE2::Options::Encoding encoding) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  options.set_literal(literal);
  options.set_encoding(encoding);
  options.set_max_mem(static_cast<std::int64_t>(limits::kFilterPatternBytesMax));
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

constexpr std::size_t kPieceBytesMin = 3;

void keep(std::vector<std::string>& pieces, std::string& run) {
  if (run.size() >= kPieceBytesMin) pieces.push_back(std::move(run));
  run.clear();
}

bool isPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" -_/:;,=@%&~<>'\"!#`").find(c) != std::string_view::npos;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Runs of plain ASCII characters at the top level of an expression. Cautious: whatever may make a run optional or a
// choice gives no pieces at all.
std::vector<std::string> piecesOf(std::string_view text) {
  std::vector<std::string> pieces;
  std::string run;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (isPlain(c)) {
      run += lower(c);
    } else if (c == '\\' && i + 1 < text.size() && std::string_view(".*+?()[]{}|^$\\/").find(text[i + 1]) != std::string_view::npos) {
      run += text[++i];
    } else if (c == '*' || c == '?' || c == '{') {
      if (c == '{') return {};
      if (!run.empty()) run.pop_back();
      keep(pieces, run);
    } else if (c == '.' || c == '+' || c == '^' || c == '$') {
      keep(pieces, run);
    } else {
      return {};
    }
  }
  keep(pieces, run);
  return pieces;
}

std::vector<std::string> piecesOfLiteral(std::string_view text) {
  std::vector<std::string> pieces;
  std::string run;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) run += lower(c);
    else keep(pieces, run);
  }
  keep(pieces, run);
  return pieces;
}

// A short text of ASCII, found sooner than an expression is: a history has a million URLs to look into.
class Word {
 public:
  static std::optional<Word> of(std::string_view text) {
    const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return text.empty() || text.size() > kBytesMax || !ascii ? std::nullopt : std::optional(Word(text));
  }

  bool isIn(std::string_view text) const {
    if (text.size() < text_.size()) return false;
    const std::size_t places = text.size() - text_.size() + 1;
    std::size_t at = 0;
    for (; at + kPlacesAtOnce <= places; at += kPlacesAtOnce) {
      if (mayBeginAt(text.data() + at) && isAtOneOf(text.data() + at, kPlacesAtOnce)) return true;
    }
    return isAtOneOf(text.data() + at, places - at);
  }

 private:
  static constexpr std::size_t kBytesMax = 64;  // the time for hostile text grows with it
  static constexpr std::size_t kPlacesAtOnce = 16;

  // One character in either case: the bytes that are `is` once these bits are set.
  struct Either {
    explicit Either(char c) : bits(c >= 'a' && c <= 'z' ? 0x20 : 0), is(static_cast<std::uint8_t>(c)) {}
    std::uint8_t bits;
    std::uint8_t is;
  };

  explicit Word(std::string_view text) : first_(lower(text.front())), last_(lower(text.back())) {
    for (const char c : text) text_ += lower(c);
  }

  // Whether its first and last character are where they have to be, at any of the places at once: no branches, so that compilers
  // make a few vector instructions of it.
  bool mayBeginAt(const char* begin) const {
    const char* end = begin + text_.size() - 1;
    std::uint8_t any = 0;
    for (std::size_t i = 0; i < kPlacesAtOnce; ++i) {
      const auto begins = static_cast<std::uint8_t>((static_cast<std::uint8_t>(begin[i]) | first_.bits) == first_.is);
      const auto ends = static_cast<std::uint8_t>((static_cast<std::uint8_t>(end[i]) | last_.bits) == last_.is);
      any = static_cast<std::uint8_t>(any | (begins & ends));
    }
    return any != 0;
  }

  bool isAtOneOf(const char* begin, std::size_t places) const {
    const auto isSame = [](char wanted, char c) { return wanted == lower(c); };
    for (std::size_t i = 0; i < places; ++i) {
      if (std::equal(text_.begin(), text_.end(), begin + i, isSame)) return true;
    }
    return false;
  }

  std::string text_;  // in lower case
  Either first_;
  Either last_;
};

// Whether an expression means itself.
bool isPlainText(std::string_view text) { return std::all_of(text.begin(), text.end(), isPlain); }

// To whoever disregards case, long s (C5 BF) is an s, and the Kelvin sign (E2 84 AA) a k.
bool hasTwin(char c) { return lower(c) == 's' || lower(c) == 'k'; }
bool mayHoldTwin(std::string_view text) { return text.find('\xc5') != text.npos || text.find('\xe2') != text.npos; }

}  // namespace

struct Pattern::Compiled {
  template <class... Arguments>
  explicit Compiled(Arguments&&... arguments) : expression(std::forward<Arguments>(arguments)...) {}
  RE2 expression;
  std::optional<Word> word;  // finds what the expression finds
  bool hasTwins = false;     // but not what stands for the same letters beyond ASCII
};

Pattern::Pattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

tl::expected<Pattern, std::string> Pattern::create(std::string_view text) {
  const std::string source = "(?m)" + std::string(text);
  auto compiled = std::make_unique<Compiled>(source, optionsFor(false, RE2::Options::EncodingUTF8));
  if (compiled->expression.error_code() == RE2::ErrorBadUTF8) {
    compiled = std::make_unique<Compiled>(source, optionsFor(false, RE2::Options::EncodingLatin1));
  }
  if (!compiled->expression.ok()) return tl::unexpected("is no regular expression: " + compiled->expression.error());
  if (isPlainText(text)) {
    compiled->word = Word::of(text);
    compiled->hasTwins = std::any_of(text.begin(), text.end(), hasTwin);
  }
  Pattern pattern(std::move(compiled));
  pattern.pieces_ = piecesOf(text);
  return pattern;
}

Pattern Pattern::literal(std::string_view text) {
  // Latin 1 takes any bytes; of letters beyond ASCII the case then counts.
  Pattern pattern(std::make_unique<Compiled>(piece(text), optionsFor(true, RE2::Options::EncodingLatin1)));
  pattern.compiled_->word = Word::of(text);
  pattern.pieces_ = piecesOfLiteral(text);
  return pattern;
}

bool Pattern::foundIn(std::string_view text) const {
  const auto& [expression, word, hasTwins] = *compiled_;
  if (word && word->isIn(text)) return true;
  if (word && !(hasTwins && mayHoldTwin(text))) return false;
  return RE2::PartialMatch(piece(text), expression);
}

}  // namespace sluice::filter
