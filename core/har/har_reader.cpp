#include "core/har/har_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ios>
#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/base/limits.h"
#include "core/har/json_bytes.h"

namespace sluice::har {
namespace {

using Json = nlohmann::json;

// Of the URL and the fields, or of the response's: some thirty times what a proxy takes, for what browsers put into data: URLs. With what
// is made of a URL it is a record that every engine takes.
constexpr std::size_t kHeadBytesMax = 4 * limits::kMiB;

// What a key, a value, a list or an object takes beside its text.
constexpr std::uint64_t kPartBytes = 64;

// Of the file, what the parser may hold: a text of which every byte is escaped takes six times as much.
constexpr std::uint64_t fileBytesMax(std::uint64_t entryBytesMax) { return 2 * entryBytesMax + limits::kMiB; }
static_assert(limits::kHarEntryBytesMax > 2 * kHeadBytesMax);
static_assert(fileBytesMax(limits::kHarEntryBytesMax) > 6 * kHeadBytesMax);

std::string sizeText(std::uint64_t bytes) {
  return bytes >= limits::kMiB ? std::to_string(bytes / limits::kMiB) + " MiB" : std::to_string(bytes) + " bytes";
}

std::size_t headBytes(const HarMessage& message) {
  std::size_t bytes = message.version.size();
  for (const auto& [name, value] : message.fields) bytes += name.size() + value.size();
  return bytes;
}

// What is read of an entry; all else is passed over.
constexpr std::string_view kRead[] = {
    "startedDateTime", "serverIPAddress", "comment",
    "timings.dns", "timings.connect", "timings.send", "timings.wait", "timings.receive",
    "request.method", "request.url", "request.httpVersion", "request.bodySize",
    "request.headers[].name", "request.headers[].value",
    "request.postData.encoding", "request.postData.params[].name", "request.postData.params[].value",
    "response.status", "response.statusText", "response.httpVersion", "response.bodySize",
    "response.headers[].name", "response.headers[].value", "response.content.mimeType", "response.content.encoding",
    "_webSocketMessages[].type", "_webSocketMessages[].time", "_webSocketMessages[].opcode", "_webSocketMessages[].data",
    "_sluice.upstream", "_sluice.upstreamReused", "_sluice.requestTrailers", "_sluice.responseTrailers", "_sluice.mark",
    "_sluice.error.code", "_sluice.error.side", "_sluice.error.system", "_sluice.error.detail",
};
// And these, which may be long.
constexpr std::string_view kRequestText = "request.postData.text";
constexpr std::string_view kResponseText = "response.content.text";
// Each of these is done with when it ends.
constexpr std::string_view kMessage = "_webSocketMessages[]";

bool isRead(std::string_view path) { return std::find(std::begin(kRead), std::end(kRead), path) != std::end(kRead); }

// Whether something in this list or object is read.
bool isEntered(const std::string& path, bool array) {
  const std::string inside = path + (array ? "[]" : ".");
  return std::any_of(std::begin(kRead), std::end(kRead), [&](std::string_view each) { return each.starts_with(inside); });
}

// Follows the file down to log.entries, which some tools wrap in further objects, and builds of each element of it what is read, nothing
// else.
class EntryReader final : public nlohmann::json_sax<Json> {
 public:
  EntryReader(const std::filesystem::path& folder, const EntrySink& sink, JsonBytes& file, std::uint64_t entryBytesMax)
      : folder_(folder), sink_(sink), file_(file), entryBytesMax_(entryBytesMax), texts_(folder) {}

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
  // A list or an object that is open.
  struct Container {
    std::string name;       // outside of entries its key, in one the path to it
    bool array = false;
    Json* json = nullptr;   // that is built; outside of entries none
    std::uint64_t before = 0;  // bytes_ when it began
  };
  enum class Next : std::uint8_t { Key, Value };

  bool inEntry() const { return !open_.empty() && open_.back().json != nullptr; }
  // Whether the innermost container is log.entries.
  bool atEntries() const {
    const auto depth = open_.size();
    return depth >= 2 && open_.back().array && open_.back().name == "entries" && open_[depth - 2].name == "log";
  }
  std::string pathOfValue() const;
  bool expect(Next next);
  void expectValue();
  bool goOn() { return expect(open_.empty() || open_.back().array ? Next::Value : Next::Key); }
  bool open(Json container);
  bool close();
  bool value(Json given, std::size_t bytes);
  bool hasRoom(std::size_t bytes);
  Json* place(Json given);
  bool end(Container& closed);
  bool give(Json entry);
  bool done(Result<void> outcome);
  bool refuse(std::string why);

  const std::filesystem::path& folder_;
  const EntrySink& sink_;
  JsonBytes& file_;
  const std::uint64_t entryBytesMax_;
  Result<void> outcome_;
  std::uint64_t entries_ = 0;
  bool foundEntries_ = false;
  std::vector<Container> open_;
  std::size_t passedOver_ = 0;  // containers that are open within those, and not read
  std::string key_;
  Json entry_;
  HarTexts texts_;
  std::uint64_t bytes_ = 0;  // of the entry so far
};

std::string EntryReader::pathOfValue() const {
  const Container& in = open_.back();
  if (in.array) return in.name + "[]";
  return in.name.empty() ? key_ : in.name + '.' + key_;
}

bool EntryReader::expect(Next next) {
  if (passedOver_ > 0) file_.skipTexts();
  else if (next == Next::Key) file_.parseTexts();
  else expectValue();
  return true;
}

// The last of several with one key counts.
void EntryReader::expectValue() {
  const std::string path = inEntry() ? pathOfValue() : std::string();
  LongText* const text = path == kRequestText ? &texts_.request : path == kResponseText ? &texts_.response : nullptr;
  if (text != nullptr) {
    *text = LongText(folder_);
    file_.giveTexts([text](std::string_view piece) { return text->add(piece); });
  } else if (isRead(path)) {
    file_.parseTexts();
  } else {
    file_.skipTexts();
  }
}

bool EntryReader::key(string_t& given) {
  if (passedOver_ > 0) return true;
  key_ = std::move(given);
  return expect(Next::Value);
}

// Counts another part of the entry.
bool EntryReader::hasRoom(std::size_t bytes) {
  bytes_ += kPartBytes + bytes;
  if (bytes_ <= entryBytesMax_) return true;
  return refuse("has an entry, number " + std::to_string(entries_ + 1) + ", of more than " + sizeText(entryBytesMax_) +
                " without its bodies: " + file_.placeOf({}));
}

bool EntryReader::open(Json container) {
  if (open_.size() + passedOver_ >= limits::kHarDepthMax) {
    return refuse("is nested more than " + std::to_string(limits::kHarDepthMax) + " deep");
  }
  const bool array = container.is_array();
  if (passedOver_ > 0 || (inEntry() && !isEntered(pathOfValue(), array))) {
    ++passedOver_;
    return goOn();
  }
  Container opened{{}, array, nullptr, bytes_};
  if (inEntry()) {
    opened.name = pathOfValue();
    if (!hasRoom(0)) return false;
    opened.json = place(std::move(container));
  } else if (atEntries() && !array) {
    entry_ = std::move(container);
    texts_ = HarTexts(folder_);
    opened.json = &entry_;
    bytes_ = opened.before = 0;
  } else if (!open_.empty() && !open_.back().array) {
    opened.name = key_;
  }
  open_.push_back(std::move(opened));
  foundEntries_ = foundEntries_ || atEntries();
  return goOn();
}

bool EntryReader::close() {
  if (passedOver_ > 0) {
    --passedOver_;
    return goOn();
  }
  Container closed = std::move(open_.back());
  open_.pop_back();
  return end(closed) && goOn();
}

bool EntryReader::end(Container& closed) {
  if (closed.json == &entry_) return give(std::move(entry_));
  if (closed.name != kMessage || closed.json == nullptr) return true;
  auto kept = appendMessage(*closed.json, texts_.messages);
  open_.back().json->clear();
  bytes_ = closed.before;
  return done(std::move(kept));
}

bool EntryReader::value(Json given, std::size_t bytes) {
  if (passedOver_ > 0 || !inEntry() || !isRead(pathOfValue())) return goOn();
  if (!hasRoom(bytes)) return false;
  place(std::move(given));
  return goOn();
}

Json* EntryReader::place(Json given) {
  Json& into = *open_.back().json;
  if (into.is_array()) return &into.emplace_back(std::move(given));
  return &(into[key_] = std::move(given));
}

bool EntryReader::give(Json entry) {
  auto taken = entryFrom(entry, std::move(texts_));
  if (!taken) return done(fail(taken.error()));
  const std::size_t request = taken->method.size() + taken->url.size() + headBytes(taken->request);
  const std::size_t response = taken->contentType.size() + taken->phrase.size() + headBytes(taken->response);
  if (std::max(request, response) > kHeadBytesMax) {
    const std::string which = request > kHeadBytesMax ? "request" : "response";
    return refuse("has an entry, number " + std::to_string(entries_ + 1) + ", whose " + which + " has a head of more than 4 MiB");
  }
  ++entries_;
  return done(sink_(std::move(*taken)));
}

bool EntryReader::done(Result<void> outcome) {
  outcome_ = std::move(outcome);
  return outcome_.has_value();
}

bool EntryReader::refuse(std::string why) { return done(fail(Side::Local, Code::BadArgument, std::move(why))); }

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ...", with the columns that the parser saw.
std::string whereAndWhat(const std::string& what, std::size_t hiddenInLine) {
  unsigned long line = 0, column = 0;
  int begin = 0;
  const auto place = what.find("at line ");
  const char* const text = what.c_str() + (place == std::string::npos ? what.size() : place);
  if (std::sscanf(text, "at line %lu, column %lu%n", &line, &column, &begin) != 2) return what;
  return "at line " + std::to_string(line) + ", column " + std::to_string(column + hiddenInLine) +
         what.substr(place + static_cast<std::size_t>(begin));
}

bool EntryReader::parse_error(std::size_t, const std::string& token, const nlohmann::json::exception& error) {
  constexpr int kNumberOverflow = 406;
  constexpr std::size_t kShownBytes = 40;
  if (!file_.outcome()) return done(file_.outcome());
  if (file_.endedEarly()) {
    return refuse("has a text of more than " + sizeText(fileBytesMax(entryBytesMax_)) + ": " + file_.placeOf({}));
  }
  if (error.id == kNumberOverflow) {
    const std::string number = token.substr(0, kShownBytes);
    return refuse("is no JSON that can be read: " + file_.placeOf(token) + ": the number " + number + " is too large");
  }
  return refuse("is no JSON: " + whereAndWhat(error.what(), file_.hiddenInLine()));
}

}  // namespace

Result<std::uint64_t> readHar(std::istream& file, const std::filesystem::path& folder, const EntrySink& sink, std::uint64_t entryBytesMax) {
  JsonBytes bytes(*file.rdbuf(), fileBytesMax(entryBytesMax));
  std::istream text(&bytes);
  EntryReader reader(folder, sink, bytes, entryBytesMax);
  bool whole = false;
  try {
    errno = 0;
    if (bytes.isUtf16()) return fail(Side::Local, Code::BadArgument, "is UTF-16, which is not read: save it as UTF-8");
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
