#include "app/cli/throttle_commands.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/engine_client.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "core/base/limits.h"
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

// What an engine knows of profiles.
struct Known {
  Profile inForce;
  std::vector<Profile> own;

  Result<Profile> find(const std::string& name) const {
    for (const auto& each : own) {
      if (throttle::sameName(each.name, name)) return each;
    }
    if (const auto* preset = throttle::findPreset(name)) return *preset;
    return fail(Side::Local, Code::NotFound, "there is no profile '" + name + "'; \"profile list\" shows all");
  }
};

Result<Known> askForProfiles(EngineClient& client) {
  auto reply = ask<control::ProfileReply>(client, control::GetProfile());
  if (!reply) return fail(reply.error());
  auto inForce = throttle::profileFromJson(reply->profile);
  if (!inForce) return fail(inForce.error());
  Known known{std::move(*inForce), {}};
  for (const auto& json : reply->own) {
    auto own = throttle::profileFromJson(json);
    if (!own) return fail(own.error());
    known.own.push_back(std::move(*own));
  }
  return known;
}

// Without an engine the presets are there all the same.
Result<Known> profilesAt(const std::filesystem::path& dataDir) {
  auto client = EngineClient::connect(dataDir);
  if (client) return askForProfiles(*client);
  if (client.error().code == Code::NotRunning) return Known();
  return fail(client.error());
}

Result<void> done(EngineClient& client, const control::Request& request) {
  const auto reply = ask<control::Done>(client, request);
  if (!reply) return fail(reply.error());
  return {};
}

Result<void> use(EngineClient& client, const Profile& profile) {
  return done(client, control::UseProfile{throttle::toJson(profile)});
}

Result<void> list(const Known& known, Format format, Output& output) {
  std::vector<Profile> all = known.own;
  all.insert(all.end(), throttle::presets().begin(), throttle::presets().end());
  if (format == Format::Json) {
    std::string text = "[";
    for (const auto& each : all) text += (text.size() == 1 ? "\n" : ",\n") + throttle::toJson(each);
    return output.writeText(text + "\n]\n");
  }
  using Align = Table::Align;
  Table table({{"PROFILE"},
               {"DOWN", Align::Right},
               {"UP", Align::Right},
               {"ROUND TRIP", Align::Right},
               {"LOSS", Align::Right},
               {"SOURCE"}});
  for (const auto& each : all) {
    const int loss = static_cast<int>(each.down.lossPercent);
    table.add({visibleLine(each.name), throttle::describe(each.down.rate), throttle::describe(each.up.rate), milliseconds(each.roundTrip()),
               loss > 0 ? std::to_string(loss) + " %" : "-", throttle::findPreset(each.name) ? visibleLine(each.source) : "own"});
  }
  return output.writeText(table.text());
}

Result<std::string> contentsOf(const std::filesystem::path& file) {
  constexpr std::size_t kBytesMax = 64 * limits::kKiB;  // a profile has some 300
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text(kBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || (text.empty() && !in.eof())) return fail(Side::Local, Code::NotFound, file.string() + ": cannot be read");
  return text;
}

// The numbers that are to be kept under a name.
Result<Profile> profileToSave(const ProfileCommand& command, const Known& known) {
  if (!command.from.empty()) return known.find(command.from);
  if (command.file.empty()) return known.inForce;
  auto text = contentsOf(command.file);
  if (!text) return fail(text.error());
  auto profile = throttle::profileFromJson(*text);
  if (!profile) return fail(Side::Local, Code::BadArgument, command.file.string() + ": " + profile.error().detail);
  return profile;
}

Result<Profile> save(const ProfileCommand& command, EngineClient& client, const Known& known) {
  auto profile = profileToSave(command, known);
  if (!profile) return profile;
  profile->name = command.name;
  if (command.file.empty()) profile->source.clear();  // the numbers may still be theirs; the profile is the user's
  if (auto saved = done(client, control::SaveProfile{throttle::toJson(*profile)}); !saved) return fail(saved.error());
  return profile;
}

// What is in force under the old name goes on under it: it is recorded with what happened so far.
Result<Profile> rename(const ProfileCommand& command, EngineClient& client, const Known& known) {
  auto profile = known.find(command.from);
  if (!profile) return profile;
  const std::string old = std::exchange(profile->name, command.name);
  if (throttle::findPreset(old) != nullptr) {
    return fail(Side::Local, Code::BadArgument,
                "profile '" + old + "' comes with Sluice and keeps its name; copy it with \"profile save --from\"");
  }
  const auto taken = known.find(command.name);
  if (taken && taken->name != old) return fail(Side::Local, Code::BadArgument, "there is a profile '" + taken->name + "' already");
  if (auto saved = done(client, control::SaveProfile{throttle::toJson(*profile)}); !saved) return fail(saved.error());
  if (throttle::sameName(old, command.name)) return profile;
  if (auto deleted = done(client, control::DeleteProfile{old}); !deleted) return fail(deleted.error());
  return profile;
}

}  // namespace

Result<void> limit(const LimitCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  auto client = EngineClient::connect(dataDir);
  if (!client) return fail(client.error());
  const auto known = askForProfiles(*client);
  if (!known) return fail(known.error());
  const auto profile = command.adjustment.appliedTo(command.off ? Profile() : known->inForce);
  if (profile != known->inForce) {
    if (auto used = use(*client, profile); !used) return used;
  }
  return write(profile, format, output);
}

Result<void> profile(const ProfileCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  using What = ProfileCommand::What;
  if (command.what == What::List || (command.what == What::Show && !command.name.empty())) {
    const auto known = profilesAt(dataDir);
    if (!known) return fail(known.error());
    if (command.what == What::List) return list(*known, format, output);
    const auto found = known->find(command.name);
    if (!found) return fail(found.error());
    return write(*found, format, output);
  }
  auto client = EngineClient::connect(dataDir);
  if (!client) return fail(client.error());
  if (command.what == What::Delete) return done(*client, control::DeleteProfile{command.name});
  const auto known = askForProfiles(*client);
  if (!known) return fail(known.error());
  const auto result = command.what == What::Show     ? Result<Profile>(known->inForce)
                      : command.what == What::Save   ? save(command, *client, *known)
                      : command.what == What::Rename ? rename(command, *client, *known)
                                                     : known->find(command.name);
  if (!result) return fail(result.error());
  if (command.what == What::Use) {
    if (auto used = use(*client, *result); !used) return used;
  }
  return write(*result, format, output);
}

}  // namespace sluice::cli
