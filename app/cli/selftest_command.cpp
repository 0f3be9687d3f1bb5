#include "app/cli/selftest_command.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/engine_client.h"
#include "app/cli/json.h"
#include "app/cli/known_profiles.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "core/throttle/profile_json.h"

namespace sluice::cli {
namespace {

using control::SelfTestReply;

// Three measurements; the slowest profile there can be takes some round trips for each.
constexpr auto kPatience = std::chrono::minutes(10);

double milliseconds(Micros time) { return static_cast<double>(time.count()) / 1000; }

std::string number(const char* format, double value) {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string ofAsked(std::uint64_t asked, std::uint64_t achieved) {
  return asked == 0 ? "-" : number("%.2f %%", 100 * static_cast<double>(achieved) / static_cast<double>(asked));
}

std::string describe(const SelfTestReply& reply, const throttle::Profile& profile) {
  using Align = Table::Align;
  const auto rate = [](std::uint64_t bytesPerSecond) { return throttle::describe({bytesPerSecond}); };
  Table table({{""}, {"ASKED", Align::Right}, {"ACHIEVED", Align::Right}, {"", Align::Right}});
  table.add({"down", rate(reply.downAsked), rate(reply.downAchieved), ofAsked(reply.downAsked, reply.downAchieved)});
  table.add({"up", rate(reply.upAsked), rate(reply.upAchieved), ofAsked(reply.upAsked, reply.upAchieved)});
  const auto ms = [](Micros time) { return number("%.1f ms", milliseconds(time)); };
  const Micros more = reply.roundTrip - reply.roundTripAsked;
  table.add({"round trip", ms(reply.roundTripAsked), ms(reply.roundTrip), number("%+.1f ms", milliseconds(more))});
  table.add({"jitter", ms(reply.jitterAsked), ms(reply.jitter), ""});
  return "profile     " + (profile.name.empty() ? std::string("-") : visibleLine(profile.name)) + "\n" + table.text();
}

std::string asJson(const SelfTestReply& reply) {
  nlohmann::ordered_json json;
  json["profile"] = nlohmann::ordered_json::parse(reply.profile, nullptr, false);
  const auto lane = [](std::uint64_t asked, std::uint64_t achieved) {
    nlohmann::ordered_json both;
    both["askedBytesPerSecond"] = asked == 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(asked);
    both["achievedBytesPerSecond"] = achieved;
    return both;
  };
  json["down"] = lane(reply.downAsked, reply.downAchieved);
  json["up"] = lane(reply.upAsked, reply.upAchieved);
  json["roundTripMs"] = {{"asked", milliseconds(reply.roundTripAsked)}, {"achieved", milliseconds(reply.roundTrip)}};
  json["jitterMs"] = {{"asked", milliseconds(reply.jitterAsked)}, {"achieved", milliseconds(reply.jitter)}};
  return pretty(json) + "\n";
}

}  // namespace

Result<void> selfTest(const SelfTestCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  auto client = EngineClient::connect(dataDir, kPatience);
  if (!client) return fail(client.error());
  control::SelfTest request;
  if (!command.profile.empty()) {
    const auto known = askForProfiles(*client);
    if (!known) return fail(known.error());
    const auto profile = known->find(command.profile);
    if (!profile) return fail(profile.error());
    request.profile = throttle::toJson(*profile);
  }
  const auto reply = ask<SelfTestReply>(*client, request);
  if (!reply) return fail(reply.error());
  const auto profile = throttle::profileFromJson(reply->profile);
  if (!profile) return fail(profile.error());
  return output.writeText(format == Format::Json ? asJson(*reply) : describe(*reply, *profile));
}

}  // namespace sluice::cli
