#include "core/throttle/profile_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/limits.h"

namespace sluice::throttle {
namespace {

using Json = nlohmann::json;

constexpr double kDelayMsMax = static_cast<double>(limits::kProfileDelayMsMax);

// Reads the keys of one object and remembers the first thing that is wrong.
class Reader {
 public:
  Reader(const Json& json, std::string what) : json_(json), what_(std::move(what)) {
    if (!json.is_object()) complain("an object was expected");
  }

  void text(const char* key, std::string& into) {
    if (const Json* value = find(key)) value->is_string() ? void(into = value->get<std::string>()) : expected(key, "text");
  }
  void flag(const char* key, bool& into) {
    if (const Json* value = find(key)) value->is_boolean() ? void(into = value->get<bool>()) : expected(key, "true or false");
  }
  void number(const char* key, double least, double most, double& into) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number()) return expected(key, "a number");
    const double number = value->get<double>();
    if (!(number >= least && number <= most)) return expected(key, "a number from " + shown(least) + " to " + shown(most));
    into = number;
  }
  void delay(const char* key, Micros& into) {
    double ms = -1;
    number(key, 0, kDelayMsMax, ms);
    if (ms >= 0) into = Micros(std::llround(ms * 1000));
  }
  void rate(const char* key, Rate& into) {
    std::string given;
    text(key, given);
    if (given.empty()) return;
    auto parsed = parseRate(given);
    if (!parsed) return complain(std::string(key) + ": " + parsed.error().detail);
    into = *parsed;
  }
  template <class Enum>
  void choice(const char* key, std::initializer_list<std::pair<std::string_view, Enum>> choices, Enum& into) {
    std::string given;
    text(key, given);
    if (given.empty()) return;
    std::string all;
    for (const auto& [name, value] : choices) {
      if (name == given) return void(into = value);
      all += (all.empty() ? "" : " or ") + std::string(name);
    }
    expected(key, all);
  }
  void lane(const char* key, Lane& into) {
    const Json* value = find(key);
    if (value == nullptr) return;
    Reader reader(*value, key);
    reader.rate("rate", into.rate);
    reader.delay("delayMs", into.delay);
    reader.delay("jitterMs", into.jitter);
    reader.number("lossPercent", 0, 100, into.lossPercent);
    if (auto wrong = reader.finish(); !wrong.empty()) complain(wrong);
  }

  // What is wrong, or empty.
  std::string finish() {
    if (problem_.empty() && json_.is_object()) {
      for (const auto& item : json_.items()) {
        const auto known = std::find(known_.begin(), known_.end(), item.key()) != known_.end();
        if (!known) complain("'" + item.key() + "' is no setting of it");
      }
    }
    return problem_.empty() ? problem_ : what_ + ": " + problem_;
  }

 private:
  static std::string shown(double number) { return Json(number).dump(); }

  const Json* find(const char* key) {
    known_.emplace_back(key);
    if (!json_.is_object()) return nullptr;
    const auto at = json_.find(key);
    return at == json_.end() ? nullptr : &*at;
  }
  void expected(const char* key, const std::string& what) { complain(std::string(key) + ": " + what + " was expected"); }
  void complain(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
  }

  const Json& json_;
  const std::string what_;
  std::vector<std::string> known_;
  std::string problem_;
};

std::string nameOf(const Json& json) {
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) return "a profile without a name";
  return "profile '" + json["name"].get<std::string>() + "'";
}

Result<Profile> read(const Json& json) {
  Profile profile;
  Reader reader(json, nameOf(json));
  reader.text("name", profile.name);
  reader.text("source", profile.source);
  Micros roundTrip{0};
  reader.delay("roundTripMs", roundTrip);
  profile.setRoundTrip(roundTrip);
  reader.lane("down", profile.down);
  reader.lane("up", profile.up);
  reader.rate("perConnection", profile.perConnection);
  reader.number("closesPerMinute", 0, 60, profile.closesPerMinute);
  reader.flag("offline", profile.offline);
  reader.choice<Mode>("mode", {{"backpressure", Mode::Backpressure}, {"buffered", Mode::Buffered}}, profile.mode);
  reader.choice<Delivery>("delivery", {{"streaming", Delivery::Streaming}, {"buffered", Delivery::Buffered}}, profile.delivery);
  if (auto wrong = reader.finish(); !wrong.empty()) return fail(Side::Local, Code::BadArgument, std::move(wrong));
  if (auto valid = validate(profile); !valid) return fail(valid.error());
  return profile;
}

double milliseconds(Micros time) { return static_cast<double>(time.count()) / 1000; }

Json laneToJson(const Lane& lane) {
  Json json = Json::object();
  if (!lane.rate.isUnlimited()) json["rate"] = std::to_string(lane.rate.bytesPerSecond);
  if (lane.delay.count() != 0) json["delayMs"] = milliseconds(lane.delay);
  if (lane.jitter.count() != 0) json["jitterMs"] = milliseconds(lane.jitter);
  if (lane.lossPercent > 0) json["lossPercent"] = lane.lossPercent;
  return json;
}

}  // namespace

Result<Profile> profileFromJson(std::string_view text) {
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return fail(Side::Local, Code::BadArgument, "a profile that is not JSON");
  return read(json);
}

Result<std::vector<Profile>> profilesFromJson(std::string_view text) {
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) return fail(Side::Local, Code::BadArgument, "a list of profiles that is no JSON array");
  std::vector<Profile> profiles;
  for (const auto& each : json) {
    auto profile = read(each);
    if (!profile) return fail(profile.error());
    const auto same = [&](const Profile& other) { return other.name == profile->name; };
    if (std::any_of(profiles.begin(), profiles.end(), same)) {
      return fail(Side::Local, Code::BadArgument, "two profiles are called '" + profile->name + "'");
    }
    profiles.push_back(std::move(*profile));
  }
  return profiles;
}

std::string toJson(const Profile& profile) {
  nlohmann::ordered_json json;
  json["name"] = profile.name;
  if (!profile.source.empty()) json["source"] = profile.source;
  if (profile.down != Lane()) json["down"] = laneToJson(profile.down);
  if (profile.up != Lane()) json["up"] = laneToJson(profile.up);
  if (!profile.perConnection.isUnlimited()) json["perConnection"] = std::to_string(profile.perConnection.bytesPerSecond);
  if (profile.closesPerMinute > 0) json["closesPerMinute"] = profile.closesPerMinute;
  if (profile.offline) json["offline"] = true;
  if (profile.mode == Mode::Buffered) json["mode"] = "buffered";
  if (profile.delivery == Delivery::Buffered) json["delivery"] = "buffered";
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<void> validate(const Profile& profile) {
  const auto wrong = [&](const std::string& what) {
    return fail(Side::Local, Code::BadArgument, "profile '" + profile.name + "': " + what);
  };
  if (profile.name.size() > limits::kProfileNameBytesMax) {
    return wrong("its name is longer than " + std::to_string(limits::kProfileNameBytesMax) + " bytes");
  }
  if (profile.source.size() > limits::kProfileSourceBytesMax) {
    return wrong("its source is longer than " + std::to_string(limits::kProfileSourceBytesMax) + " bytes");
  }
  for (const Lane& lane : {profile.down, profile.up}) {
    for (const Micros time : {lane.delay, lane.jitter}) {
      if (time.count() >= 0 && milliseconds(time) <= kDelayMsMax) continue;
      return wrong("a delay must lie between 0 and " + std::to_string(limits::kProfileDelayMsMax) + " ms");
    }
    if (!(lane.lossPercent >= 0 && lane.lossPercent <= 100)) return wrong("a loss must lie between 0 and 100 %");
  }
  return {};
}

}  // namespace sluice::throttle
