#include "app/cli/throttle_commands.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/engine_client.h"
#include "app/cli/known_profiles.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "core/base/limits.h"
#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"

namespace sluice::cli {
namespace {

using control::ProfileScope;
using throttle::Lane;
using throttle::Profile;

std::string milliseconds(Micros time) {
  char text[32];
  std::snprintf(text, sizeof text, "%g ms", static_cast<double>(time.count()) / 1000);
  return text;
}

std::string percent(double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%g %%", part);
  return text;
}

std::string describe(const Lane& lane) {
  std::string text = throttle::describe(lane.rate);
  if (lane.delay.count() > 0) text += ", " + milliseconds(lane.delay) + " later";
  if (lane.jitter.count() > 0) text += " (" + milliseconds(lane.jitter) + " more or less)";
  if (lane.lossPercent > 0) text += ", " + percent(lane.lossPercent) + " lost";
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

// Without an engine the presets are there all the same.
Result<KnownProfiles> profilesAt(const std::filesystem::path& dataDir) {
  auto client = EngineClient::connect(dataDir);
  if (client) return askForProfiles(*client);
  if (client.error().code == Code::NotRunning) return KnownProfiles();
  return fail(client.error());
}

Result<void> done(EngineClient& client, const control::Request& request) {
  const auto reply = ask<control::Done>(client, request);
  if (!reply) return fail(reply.error());
  return {};
}

Result<void> use(EngineClient& client, const Profile& profile, const Whom& whom) {
  return done(client, control::UseProfile{throttle::toJson(profile), whom.scope, whom.target});
}

// That it has of its own, or nothing.
Result<std::optional<Profile>> profileOf(const Whom& whom, EngineClient& client, const KnownProfiles& known) {
  if (whom.scope == ProfileScope::Everything) return known.inForce;
  if (whom.scope != ProfileScope::Connection) {
    for (const auto& rule : known.rules) {
      if (rule.scope == whom.scope && (rule.target == whom.target || rule.target.ends_with(":" + whom.target))) return rule.profile;
    }
    return std::nullopt;
  }
  const auto connections = ask<control::ConnectionsReply>(client, control::GetConnections());
  if (!connections) return fail(connections.error());
  for (const auto& row : connections->rows) {
    if (std::to_string(row.connection.value) != whom.target) continue;
    if (row.limit.empty()) return std::nullopt;
    auto profile = throttle::profileFromJson(row.limit);
    if (!profile) return fail(profile.error());
    return *profile;
  }
  return fail(Side::Local, Code::NotFound, "connection " + whom.target + " is not open");
}

// What is in force: for everything, and then for those that are exceptions.
Result<void> writeAll(const KnownProfiles& known, Format format, Output& output) {
  const auto scope = [](const KnownProfiles::Rule& rule) { return rule.scope == ProfileScope::Listener ? "listener" : "host"; };
  if (format == Format::Json) {
    auto json = nlohmann::ordered_json::parse(throttle::toJson(known.inForce));
    for (const auto& rule : known.rules) {
      json["rules"].push_back({{scope(rule), rule.target}, {"profile", nlohmann::ordered_json::parse(throttle::toJson(rule.profile))}});
    }
    return output.writeText(json.dump() + "\n");
  }
  std::string text = describe(known.inForce);
  for (const auto& rule : known.rules) {
    text += "\n" + std::string(scope(rule)) + " " + visibleLine(rule.target) + "\n" + describe(rule.profile);
  }
  return output.writeText(text);
}

Result<void> list(const KnownProfiles& known, Format format, Output& output) {
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
    const double loss = std::max<double>(each.down.lossPercent, each.up.lossPercent);
    table.add({visibleLine(each.name), throttle::describe(each.down.rate), throttle::describe(each.up.rate), milliseconds(each.roundTrip()),
               loss > 0 ? percent(loss) : "-", throttle::findPreset(each.name) ? visibleLine(each.source) : "own"});
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
Result<Profile> profileToSave(const ProfileCommand& command, const KnownProfiles& known) {
  if (!command.from.empty()) return known.find(command.from);
  if (command.file.empty()) return known.inForce;
  auto text = contentsOf(command.file);
  if (!text) return fail(text.error());
  auto profile = throttle::profileFromJson(*text);
  if (!profile) return fail(Side::Local, Code::BadArgument, command.file.string() + ": " + profile.error().detail);
  return profile;
}

Result<Profile> save(const ProfileCommand& command, EngineClient& client, const KnownProfiles& known) {
  auto profile = profileToSave(command, known);
  if (!profile) return profile;
  profile->name = command.name;
  if (command.file.empty()) profile->source.clear();  // the numbers may still be theirs; the profile is the user's
  if (auto saved = done(client, control::SaveProfile{throttle::toJson(*profile)}); !saved) return fail(saved.error());
  return profile;
}

// What is in force under the old name goes on under it: it is recorded with what happened so far.
Result<Profile> rename(const ProfileCommand& command, EngineClient& client, const KnownProfiles& known) {
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
  const auto before = profileOf(command.whom, *client, *known);
  if (!before) return fail(before.error());
  const bool everything = command.whom.scope == ProfileScope::Everything;
  if (command.off && !everything && command.adjustment.isEmpty()) {
    if (auto removed = done(*client, control::UseProfile{{}, command.whom.scope, command.whom.target}); !removed) return removed;
    return write(known->inForce, format, output);
  }
  const auto profile = command.adjustment.appliedTo(command.off ? Profile() : before->value_or(Profile()));
  const bool changes = command.off || !command.adjustment.isEmpty();
  if (changes) {
    if (auto used = use(*client, profile, command.whom); !used) return used;
  }
  if (!changes && everything) return writeAll(*known, format, output);
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
    if (auto used = use(*client, *result, command.whom); !used) return used;
  }
  return write(*result, format, output);
}

}  // namespace sluice::cli
