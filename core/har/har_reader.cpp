#include "core/har/har_reader.h"

#include <cerrno>
#include <ios>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/limits.h"

namespace sluice::har {
namespace {

using Json = nlohmann::json;

// Follows the file down to log.entries, which some tools wrap in further objects, and builds each element of it, nothing
// else.
class EntryReader final : public nlohmann::json_sax<Json> {
 public:
  explicit EntryReader(const EntrySink& sink) : sink_(sink) {}

  const Result<void>& outcome() const { return outcome_; }
  std::uint64_t entries() const { return entries_; }
  bool foundEntries() const { return foundEntries_; }

  bool null() override { return value(nullptr, 8); }
  bool boolean(bool given) override { return value(given, 8); }
  bool number_integer(number_integer_t given) override { return value(given, 8); }
  bool number_unsigned(number_unsigned_t given) override { return value(given, 8); }
  bool number_float(number_float_t given, const string_t&) override { return value(given, 8); }
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
  Json* place(Json given);
  bool give(Json entry);
  bool refuse(std::string why);

  const EntrySink& sink_;
  Result<void> outcome_;
  std::uint64_t entries_ = 0;
  bool foundEntries_ = false;
  std::vector<Container> path_;  // of what is open
  std::string key_;
  Json entry_;
  std::vector<Json*> building_;  // containers that are open, from the entry down
  std::size_t bytes_ = 0;        // of the entry so far
};

bool EntryReader::key(string_t& given) {
  if (inEntry()) bytes_ += given.size();
  key_ = std::move(given);
  return true;
}

bool EntryReader::open(Json container) {
  if (path_.size() >= limits::kHarDepthMax) return refuse("is nested more than " + std::to_string(limits::kHarDepthMax) + " deep");
  const bool array = container.is_array();
  if (inEntry()) {
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
  path_.pop_back();
  if (!inEntry()) return true;
  building_.pop_back();
  return inEntry() || give(std::move(entry_));
}

bool EntryReader::value(Json given, std::size_t bytes) {
  if (!inEntry()) return true;
  bytes_ += bytes;
  if (bytes_ > limits::kHarEntryBytesMax) return refuse("has an entry of more than 512 MiB");
  place(std::move(given));
  return true;
}

Json* EntryReader::place(Json given) {
  Json& into = *building_.back();
  if (into.is_array()) return &into.emplace_back(std::move(given));
  return &(into[key_] = std::move(given));
}

bool EntryReader::give(Json entry) {
  ++entries_;
  outcome_ = sink_(entryFrom(entry));
  return outcome_.has_value();
}

bool EntryReader::refuse(std::string why) {
  outcome_ = fail(Side::Local, Code::BadArgument, std::move(why));
  return false;
}

bool EntryReader::parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) {
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
  const std::string what = error.what();
  const auto place = what.find("at line ");
  return refuse("is no JSON: " + (place == std::string::npos ? what : what.substr(place)));
}

}  // namespace

Result<std::uint64_t> readHar(std::istream& file, const EntrySink& sink) {
  EntryReader reader(sink);
  bool whole = false;
  try {
    errno = 0;
    whole = Json::sax_parse(file, &reader);
  } catch (const std::ios_base::failure&) {  // thrown by the stream itself, of a folder or a disk that fails
    return fail(Side::Local, Code::System, "cannot be read: " + std::generic_category().message(errno));
  }
  if (!reader.outcome()) return fail(reader.outcome().error());
  if (!whole) return fail(Side::Local, Code::BadArgument, "is no JSON");
  if (!reader.foundEntries()) return fail(Side::Local, Code::BadArgument, "is no HAR: it has no log.entries");
  return reader.entries();
}

}  // namespace sluice::har
