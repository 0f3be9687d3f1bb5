#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>

#include "tests/support/process.h"

namespace sluice::test {
namespace {

struct Entry {
  std::int64_t parent = 0;
  std::uint64_t startedAt = 0;  // ticks since the system's start
  bool counts = true;
};

// Under Wine, a program of ours comes with processes that are not its own: how the names of those that are begin.
const char* onlyProgram() { return std::getenv("SLUICE_MEASURED_PROGRAM"); }

// One line of /proc/ID/stat; the name in it may hold spaces and parentheses, so what counts begins after the last one.
bool readEntry(const std::filesystem::path& folder, Entry& entry) {
  std::ifstream file(folder / "stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  const auto fields = line.substr(line.rfind(')') + 2);
  const char* only = onlyProgram();
  entry.counts = only == nullptr || line.find("(" + std::string(only)) != line.npos;
  char state = 0;
  long long parent = 0;
  unsigned long long startedAt = 0;
  constexpr auto kFields = "%c %lld %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu";
  if (std::sscanf(fields.c_str(), kFields, &state, &parent, &startedAt) != 3) return false;
  entry.parent = parent;
  entry.startedAt = startedAt;
  return true;
}

// Its part of what it shares with others (the kernel's Pss): so a page that a supervisor and its workers all map counts once.
std::uint64_t shareOf(std::int64_t id) {
  std::ifstream file("/proc/" + std::to_string(id) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    unsigned long long kilobytes = 0;
    if (std::sscanf(line.c_str(), "Pss: %llu", &kilobytes) == 1) return std::uint64_t{kilobytes} * 1024;
  }
  return 0;
}

std::uint64_t sum(const std::map<std::int64_t, Entry>& all, std::int64_t id) {
  if (!all.contains(id)) return 0;
  std::uint64_t bytes = all.at(id).counts ? shareOf(id) : 0;
  for (const auto& [child, entry] : all) {
    if (entry.parent == id) bytes += sum(all, child);
  }
  return bytes;
}

// Every process of this machine.
std::map<std::int64_t, Entry> everyProcess() {
  std::map<std::int64_t, Entry> all;
  std::error_code ignored;
  for (const auto& folder : std::filesystem::directory_iterator("/proc", ignored)) {
    const auto name = folder.path().filename().string();
    Entry entry;
    if (name.find_first_not_of("0123456789") == name.npos && readEntry(folder.path(), entry)) {
      all[std::stoll(name)] = entry;
    }
  }
  return all;
}

}  // namespace

std::uint64_t residentBytes(std::int64_t processId) { return sum(everyProcess(), processId); }

std::vector<std::int64_t> childrenOf(std::int64_t processId) {
  const auto all = everyProcess();
  std::vector<std::int64_t> children;
  for (const auto& [id, entry] : all) {
    if (entry.parent == processId && entry.counts) children.push_back(id);
  }
  // All that one starts under Wine become children of who waits for the engine, which is the oldest of them. Its number need not be
  // the lowest: after the last one they begin anew.
  const auto isOlder = [&](auto one, auto other) { return all.at(one).startedAt < all.at(other).startedAt; };
  if (onlyProgram() != nullptr && !children.empty()) children.erase(std::min_element(children.begin(), children.end(), isOlder));
  return children;
}

}  // namespace sluice::test
