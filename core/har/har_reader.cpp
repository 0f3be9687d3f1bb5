#include "core/har/har_reader.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ios>
#include <istream>
#include <nlohmann/json.hpp>
#include <string>
#include <streambuf>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/base/limits.h"

namespace sluice::har {
namespace {

using Json = nlohmann::json;

// Of the URL and the fields, or of the response's: some thirty times what a proxy takes, for what browsers put into data: URLs. With what
// is made of a URL it is a record that every engine takes.
constexpr std::size_t kHeadBytesMax = 4 * limits::kMiB;

// What a key, a value, a list or an object takes beside its text.
constexpr std::uint64_t kPartBytes = 64;

// Whatever an export writes can be read: both bodies in base64, or of one every byte escaped, which six of the file stand for.
constexpr std::uint64_t fileBytesMax(std::uint64_t entryBytesMax) { return 2 * entryBytesMax + limits::kMiB; }
static_assert(limits::kHarEntryBytesMax > 2 * (limits::kExportedBodyBytesMax / 3 * 4) + 2 * kHeadBytesMax);
static_assert(fileBytesMax(limits::kHarEntryBytesMax) > 6 * limits::kExportedBodyBytesMax);

std::string sizeText(std::uint64_t bytes) {
  return bytes >= limits::kMiB ? std::to_string(bytes / limits::kMiB) + " MiB" : std::to_string(bytes) + " bytes";
}

std::size_t headBytes(const HarMessage& message) {
  std::size_t bytes = message.version.size();
  for (const auto& [name, value] : message.fields) bytes += name.size() + value.size();
  return bytes;
}

// The bytes of the file as the parser gets them, one by one, so that it is known where it stands. Half of a character outside the BMP
// (RFC 8259, 8.2), at which it would end, is U+FFFD, which is as long.
class Characters final : public std::streambuf {
 public:
  // Ends where one part of the file takes more than `partBytesMax`: the parser holds it until it is over.
  Characters(std::streambuf& file, std::uint64_t partBytesMax) : file_(file), partBytesMax_(partBytesMax) {}

  void beginPart() { partBytes_ = 0; }
  bool endedEarly() const { return partBytes_ > partBytesMax_; }

  bool isUtf16();
  // Where the text began that is over before the last byte: "at line 2, column 22".
  std::string placeOf(std::string_view text) const;

 private:
  struct Place {
    std::size_t line = 1;
    std::size_t column = 0;
  };

  int_type uflow() override;
  int_type next();
  bool hasAhead(std::size_t bytes);
  std::size_t escape();
  unsigned unit(std::size_t at);

  std::streambuf& file_;
  const std::uint64_t partBytesMax_;
  std::uint64_t partBytes_ = 0;
  std::string ahead_;
  std::size_t known_ = 0;  // of ahead_: to be given as they are
  Place place_;            // of the last byte
  Place before_;           // of the one before
};

bool Characters::hasAhead(std::size_t bytes) {
  while (ahead_.size() < bytes) {
    const auto byte = file_.sbumpc();
    if (byte == traits_type::eof()) return false;
    ahead_ += traits_type::to_char_type(byte);
  }
  return true;
}

bool Characters::isUtf16() {
  if (!hasAhead(2)) return false;
  return ahead_ == "\xff\xfe" || ahead_ == "\xfe\xff" || ahead_[0] == '\0' || ahead_[1] == '\0';
}

std::string Characters::placeOf(std::string_view text) const {
  const std::size_t column = before_.column + 1 - std::min(text.size(), before_.column);
  return "at line " + std::to_string(before_.line) + ", column " + std::to_string(column);
}

Characters::int_type Characters::uflow() {
  if (endedEarly()) return traits_type::eof();
  const auto byte = next();
  if (byte == traits_type::eof()) return byte;
  ++partBytes_;
  before_ = place_;
  if (byte == '\n') place_ = {place_.line + 1, 0};
  else ++place_.column;
  return byte;
}

Characters::int_type Characters::next() {
  if (!hasAhead(1)) return traits_type::eof();
  if (known_ == 0) known_ = ahead_.front() == '\\' ? escape() : 1;
  --known_;
  const auto byte = traits_type::to_int_type(ahead_.front());
  ahead_.erase(0, 1);
  return byte;
}

// Gives how long the escape is with which ahead_ begins.
std::size_t Characters::escape() {
  constexpr std::size_t kUnit = 6;
  if (!hasAhead(2)) return 1;
  const unsigned first = unit(0);
  if (first < 0xd800 || first > 0xdfff) return 2;
  const unsigned second = first < 0xdc00 ? unit(kUnit) : 0;
  if (second >= 0xdc00 && second <= 0xdfff) return 2 * kUnit;
  ahead_.replace(0, kUnit, "\\ufffd");
  return kUnit;
}

// The code unit of "\uXXXX"; 0 when it is none.
unsigned Characters::unit(std::size_t at) {
  if (!hasAhead(at + 2) || ahead_.compare(at, 2, "\\u") != 0 || !hasAhead(at + 6)) return 0;
  unsigned code = 0;
  const char* const end = ahead_.data() + at + 6;
  const auto read = std::from_chars(ahead_.data() + at + 2, end, code, 16);
  return read.ec == std::errc() && read.ptr == end ? code : 0;
}

// Follows the file down to log.entries, which some tools wrap in further objects, and builds each element of it, nothing
// else.
class EntryReader final : public nlohmann::json_sax<Json> {
 public:
  EntryReader(const EntrySink& sink, Characters& text, std::uint64_t entryBytesMax)
      : sink_(sink), text_(text), entryBytesMax_(entryBytesMax) {}

  const Result<void>& outcome() const { return outcome_; }
  std::uint64_t entries() const { return entries_; }
  bool foundEntries() const { return foundEntries_; }

  bool null() override { return value(nullptr, 0); }
  bool boolean(bool given) override { return value(given, 0); }
  bool number_integer(number_integer_t given) override { return value(given, 0); }
  bool number_unsigned(number_unsigned_t given) override { return value(given, 0); }
  bool number_float(number_float_t given, const string_t&) override { return value(given, 0); }
  bool string(string_t& given) override {
    const std::size_t bytes = given.size();
    return value(std::move(given), bytes);
  }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& given) override;
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override;

 private:
  struct Container {
    std::string key;  // under which it stands in its object
    bool array = false;
  };

  bool inEntry() const { return !building_.empty(); }
  // Whether the innermost container is log.entries.
  bool atEntries() const {
    const auto depth = path_.size();
    return depth >= 2 && path_.back().array && path_.back().key == "entries" && path_[depth - 2].key == "log";
  }
  bool open(Json container);
  bool close();
  bool value(Json given, std::size_t bytes);
  bool hasRoom(std::size_t bytes);
  Json* place(Json given);
  bool give(Json entry);
  bool refuse(std::string why);

  const EntrySink& sink_;
  Characters& text_;
  const std::uint64_t entryBytesMax_;
  Result<void> outcome_;
  std::uint64_t entries_ = 0;
  bool foundEntries_ = false;
  std::vector<Container> path_;  // of what is open
  std::string key_;
  Json entry_;
  std::vector<Json*> building_;  // containers that are open, from the entry down
  std::uint64_t bytes_ = 0;      // of the entry so far
};

bool EntryReader::key(string_t& given) {
  text_.beginPart();
  if (inEntry() && !hasRoom(given.size())) return false;
  key_ = std::move(given);
  return true;
}

// Counts another part of the entry.
bool EntryReader::hasRoom(std::size_t bytes) {
  bytes_ += kPartBytes + bytes;
  if (bytes_ <= entryBytesMax_) return true;
  return refuse("has an entry, number " + std::to_string(entries_ + 1) + ", of more than " + sizeText(entryBytesMax_) + ": " +
                text_.placeOf({}));
}

bool EntryReader::open(Json container) {
  if (path_.size() >= limits::kHarDepthMax) return refuse("is nested more than " + std::to_string(limits::kHarDepthMax) + " deep");
  const bool array = container.is_array();
  text_.beginPart();
  if (inEntry()) {
    if (!hasRoom(0)) return false;
    building_.push_back(place(std::move(container)));
  } else if (atEntries() && !array) {
    entry_ = std::move(container);
    building_.push_back(&entry_);
    bytes_ = 0;
  }
  const bool named = !path_.empty() && !path_.back().array;
  path_.push_back({named ? key_ : std::string(), array});
  foundEntries_ = foundEntries_ || (!inEntry() && atEntries());
  return true;
}

bool EntryReader::close() {
  text_.beginPart();
  path_.pop_back();
  if (!inEntry()) return true;
  building_.pop_back();
  return inEntry() || give(std::move(entry_));
}

bool EntryReader::value(Json given, std::size_t bytes) {
  text_.beginPart();
  if (!inEntry()) return true;
  if (!hasRoom(bytes)) return false;
  place(std::move(given));
  return true;
}

Json* EntryReader::place(Json given) {
  Json& into = *building_.back();
  if (into.is_array()) return &into.emplace_back(std::move(given));
  return &(into[key_] = std::move(given));
}

bool EntryReader::give(Json entry) {
  HarEntry taken = entryFrom(entry);
  const std::size_t request = taken.method.size() + taken.url.size() + headBytes(taken.request);
  const std::size_t response = taken.contentType.size() + taken.phrase.size() + headBytes(taken.response);
  if (std::max(request, response) > kHeadBytesMax) {
    const std::string which = request > kHeadBytesMax ? "request" : "response";
    return refuse("has an entry, number " + std::to_string(entries_ + 1) + ", whose " + which + " has a head of more than 4 MiB");
  }
  ++entries_;
  outcome_ = sink_(std::move(taken));
  return outcome_.has_value();
}

bool EntryReader::refuse(std::string why) {
  outcome_ = fail(Side::Local, Code::BadArgument, std::move(why));
  return false;
}

bool EntryReader::parse_error(std::size_t, const std::string& token, const nlohmann::json::exception& error) {
  constexpr int kNumberOverflow = 406;
  constexpr std::size_t kShownBytes = 40;
  if (text_.endedEarly()) {
    return refuse("has a text of more than " + sizeText(fileBytesMax(entryBytesMax_)) + ": " + text_.placeOf({}));
  }
  if (error.id == kNumberOverflow) {
    const std::string number = token.substr(0, kShownBytes);
    return refuse("is no JSON that can be read: " + text_.placeOf(token) + ": the number " + number + " is too large");
  }
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
  const std::string what = error.what();
  const auto place = what.find("at line ");
  return refuse("is no JSON: " + (place == std::string::npos ? what : what.substr(place)));
}

}  // namespace

Result<std::uint64_t> readHar(std::istream& file, const EntrySink& sink, std::uint64_t entryBytesMax) {
  Characters characters(*file.rdbuf(), fileBytesMax(entryBytesMax));
  std::istream text(&characters);
  EntryReader reader(sink, characters, entryBytesMax);
  bool whole = false;
  try {
    errno = 0;
    if (characters.isUtf16()) return fail(Side::Local, Code::BadArgument, "is UTF-16, which is not read: save it as UTF-8");
    whole = Json::sax_parse(text, &reader);
  } catch (const std::ios_base::failure&) {  // thrown by the stream itself, of a folder or a disk that fails
    return fail(Side::Local, Code::System, "cannot be read: " + std::generic_category().message(errno));
  }
  if (!reader.outcome()) return fail(reader.outcome().error());
  if (!whole) return fail(Side::Local, Code::BadArgument, "is no JSON");
  if (!reader.foundEntries()) return fail(Side::Local, Code::BadArgument, "is no HAR: it has no log.entries");
  return reader.entries();
}

}  // namespace sluice::har
