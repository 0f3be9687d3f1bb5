#include "app/cli/throttle_commands.h"

#include <cstdio>
#include <string>

#include "app/cli/engine_client.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"

namespace sluice::cli {
namespace {

using throttle::Lane;
using throttle::Profile;

std::string milliseconds(Micros time) {
  char text[32];
  std::snprintf(text, sizeof text, "%g ms", static_cast<double>(time.count()) / 1000);
  return text;
}

std::string describe(const Lane& lane) {
  std::string text = throttle::describe(lane.rate);
  if (lane.delay.count() > 0) text += ", " + milliseconds(lane.delay) + " later";
  if (lane.jitter.count() > 0) text += " (" + milliseconds(lane.jitter) + " more or less)";
  if (lane.lossPercent > 0) {
    char loss[32];
    std::snprintf(loss, sizeof loss, ", %g %% lost", lane.lossPercent);
    text += loss;
  }
  return text;
}

std::string describe(const Profile& profile) {
  std::string text = profile.name.empty() ? std::string("profile   -\n") : "profile   " + visibleLine(profile.name) + "\n";
  if (!profile.source.empty()) text += "source    " + visibleLine(profile.source) + "\n";
  text += "down      " + describe(profile.down) + "\nup        " + describe(profile.up) + "\n";
  if (!profile.perConnection.isUnlimited()) text += "each      " + throttle::describe(profile.perConnection) + "\n";
  if (profile.offline) text += "offline\n";
  if (profile.mode == throttle::Mode::Buffered) text += "servers are read at full speed, into a file\n";
  if (profile.delivery == throttle::Delivery::Buffered) text += "full blocks only are sent\n";
  return text;
}

Result<void> write(const Profile& profile, Format format, Output& output) {
  return output.writeText(format == Format::Json ? throttle::toJson(profile) + "\n" : describe(profile));
}

Result<Profile> profileInForce(EngineClient& client) {
  auto reply = ask<control::ProfileReply>(client, control::GetProfile());
  if (!reply) return fail(reply.error());
  return throttle::profileFromJson(reply->profile);
}

Result<void> use(EngineClient& client, const Profile& profile) {
  const auto done = ask<control::Done>(client, control::UseProfile{throttle::toJson(profile)});
  if (!done) return fail(done.error());
  return {};
}

Result<const Profile*> presetOf(const std::string& name) {
  if (const auto* preset = throttle::findPreset(name)) return preset;
  return fail(Side::Local, Code::NotFound, "there is no profile '" + name + "'; \"profile list\" shows all");
}

Result<void> list(Format format, Output& output) {
  if (format == Format::Json) {
    std::string text = "[";
    for (const auto& each : throttle::presets()) text += (text.size() == 1 ? "\n" : ",\n") + throttle::toJson(each);
    return output.writeText(text + "\n]\n");
  }
  using Align = Table::Align;
  Table table({{"PROFILE"}, {"DOWN", Align::Right}, {"UP", Align::Right}, {"ROUND TRIP", Align::Right}, {"LOSS", Align::Right}});
  for (const auto& each : throttle::presets()) {
    const int loss = static_cast<int>(each.down.lossPercent);
    table.add({each.name, throttle::describe(each.down.rate), throttle::describe(each.up.rate), milliseconds(each.roundTrip()),
               loss > 0 ? std::to_string(loss) + " %" : "-"});
  }
  return output.writeText(table.text());
}

}  // namespace

Result<void> limit(const LimitCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  auto client = EngineClient::connect(dataDir);
  if (!client) return fail(client.error());
  auto profile = profileInForce(*client);
  if (!profile) return fail(profile.error());
  const Profile before = *profile;
  if (command.off) *profile = Profile();
  if (command.down) profile->down.rate = *command.down;
  if (command.up) profile->up.rate = *command.up;
  if (command.latency) profile->setRoundTrip(*command.latency);
  if (*profile != before) {
    profile->name.clear();  // it is none of those that have one any more
    profile->source.clear();
    if (auto done = use(*client, *profile); !done) return done;
  }
  return write(*profile, format, output);
}

Result<void> profile(const ProfileCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  if (command.what == ProfileCommand::What::List) return list(format, output);
  if (command.what == ProfileCommand::What::Show && !command.name.empty()) {
    const auto preset = presetOf(command.name);
    if (!preset) return fail(preset.error());
    return write(**preset, format, output);
  }
  auto client = EngineClient::connect(dataDir);
  if (!client) return fail(client.error());
  if (command.what == ProfileCommand::What::Show) {
    const auto inForce = profileInForce(*client);
    if (!inForce) return fail(inForce.error());
    return write(*inForce, format, output);
  }
  const auto preset = presetOf(command.name);
  if (!preset) return fail(preset.error());
  if (auto done = use(*client, **preset); !done) return done;
  return write(**preset, format, output);
}

}  // namespace sluice::cli
