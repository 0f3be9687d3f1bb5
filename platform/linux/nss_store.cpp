#include "platform/linux/nss_store.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "platform/posix/run_program.h"

namespace sluice::platform {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTool = "certutil";
constexpr std::size_t kNamesMax = 200;  // of certificates that a user has put there; each of them is asked for

struct Database {
  fs::path folder;
  std::string title;
};

std::string databaseArgument(const fs::path& folder) { return "sql:" + folder.string(); }

Result<std::string> certutil(const fs::path& folder, std::vector<std::string> arguments) {
  std::vector<std::string> words{kTool, "-d", databaseArgument(folder)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto done = runProgram(words);
  if (!done && done.error().code == Code::NotFound) {
    return fail(Side::Local, Code::NotFound, "certutil is not installed (package libnss3-tools or nss-tools)");
  }
  return done;
}

bool hasDatabase(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "cert9.db", error);
}

void addProfiles(std::vector<Database>& all, const fs::path& folder, const std::string& name) {
  std::error_code error;
  std::vector<Database> found;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!hasDatabase(entry.path())) continue;
    // "ab12cd34.default-release": what the browser calls it stands behind the dot.
    const std::string profile = entry.path().filename().string();
    found.push_back({entry.path(), name + " (" + profile.substr(profile.find('.') == std::string::npos ? 0 : profile.find('.') + 1) + ")"});
  }
  std::sort(found.begin(), found.end(), [](const Database& a, const Database& b) { return a.folder < b.folder; });
  all.insert(all.end(), found.begin(), found.end());
}

std::vector<Database> databases() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  std::vector<Database> all{{fs::path(home) / ".pki/nssdb", "Chromium, Chrome, Edge, Brave"}};
  const fs::path snapped = fs::path(home) / "snap/chromium/current/.pki/nssdb";
  if (hasDatabase(snapped)) all.push_back({snapped, "Chromium (snap)"});
  addProfiles(all, fs::path(home) / ".mozilla/firefox", "Firefox");
  addProfiles(all, fs::path(home) / "snap/firefox/common/.mozilla/firefox", "Firefox, snap");
  addProfiles(all, fs::path(home) / ".var/app/org.mozilla.firefox/.mozilla/firefox", "Firefox, flatpak");
  return all;
}

struct Listed {
  std::string name;
  std::string trust;  // "C,,": for servers, mail, code
};

// certutil prints a line for each: its name, spaces, three groups of letters between commas. The head has none of that form.
std::vector<Listed> parseList(const std::string& text) {
  std::vector<Listed> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line) && all.size() < kNamesMax;) {
    const auto last = line.find_last_not_of(' ');
    if (last == std::string::npos) continue;
    const auto space = line.find_last_of(' ', last);
    if (space == std::string::npos) continue;
    const std::string trust = line.substr(space + 1, last - space);
    const auto nameEnd = line.find_last_not_of(' ', space);
    const bool isTrust = std::count(trust.begin(), trust.end(), ',') == 2 && trust.find_first_not_of(",pPcCTuwg") == std::string::npos;
    if (isTrust && nameEnd != std::string::npos) all.push_back({line.substr(0, nameEnd + 1), trust});
  }
  return all;
}

std::string withoutSpace(std::string text) {
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  return text;
}

// Under whatever name it is there: a user may have imported it by hand.
Result<std::optional<Listed>> find(const fs::path& folder, const TrustedAuthority& authority) {
  if (!hasDatabase(folder)) return std::optional<Listed>();
  const auto listed = certutil(folder, {"-L"});
  if (!listed) return fail(listed.error());
  auto all = parseList(*listed);
  std::stable_partition(all.begin(), all.end(), [&](const Listed& each) { return each.name == authority.name; });
  for (Listed& each : all) {
    const auto pem = certutil(folder, {"-L", "-a", "-n", each.name});
    if (pem && withoutSpace(*pem) == withoutSpace(authority.pem)) return std::optional(std::move(each));
  }
  return std::optional<Listed>();
}

TrustPlace placeOf(const Database& database, const TrustedAuthority& authority) {
  TrustPlace place;
  place.kind = TrustPlace::Kind::Browser;
  place.id = database.folder.string();
  place.title = database.title;
  const auto tool = runProgram({kTool, "-H"});  // says how it is used, and that as a failure
  place.canChange = tool || tool.error().code != Code::NotFound;
  const auto found = find(database.folder, authority);
  if (!found || !place.canChange) {
    place.state = hasDatabase(database.folder) ? TrustPlace::State::Unknown : TrustPlace::State::Absent;
    place.detail = found ? "certutil is not installed (package libnss3-tools or nss-tools)" : found.error().detail;
  } else if (*found) {
    const bool forServers = (*found)->trust.substr(0, (*found)->trust.find(',')).find('C') != std::string::npos;
    place.state = forServers ? TrustPlace::State::Trusted : TrustPlace::State::Absent;
    if (!forServers) place.detail = "it is there, but not trusted for servers";
  }
  return place;
}

}  // namespace

std::vector<TrustPlace> nssPlaces(const TrustedAuthority& authority) {
  std::vector<TrustPlace> places;
  for (const Database& database : databases()) places.push_back(placeOf(database, authority));
  return places;
}

Result<void> trustInNss(const fs::path& database, const TrustedAuthority& authority) {
  if (!hasDatabase(database)) {
    std::error_code error;
    fs::create_directories(database, error);
    if (error) return fail(Side::Local, Code::System, database.string() + " cannot be made", error.value());
    fs::permissions(database, fs::perms::owner_all, error);
    if (auto made = certutil(database, {"-N", "--empty-password"}); !made) return fail(made.error());
  }
  const auto there = find(database, authority);
  if (!there) return fail(there.error());
  auto done = *there ? certutil(database, {"-M", "-n", (*there)->name, "-t", "C,,"})
                     : certutil(database, {"-A", "-n", authority.name, "-t", "C,,", "-i", authority.file.string()});
  return done ? Result<void>() : fail(done.error());
}

Result<void> distrustInNss(const fs::path& database, const TrustedAuthority& authority) {
  const auto there = find(database, authority);
  if (!there) return fail(there.error());
  if (!*there) return {};
  auto done = certutil(database, {"-D", "-n", (*there)->name});
  return done ? Result<void>() : fail(done.error());
}

}  // namespace sluice::platform
