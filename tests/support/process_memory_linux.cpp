#include <unistd.h>

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
  std::uint64_t residentBytes = 0;
};

// One line of /proc/ID/stat; the name in it may hold spaces and parentheses, so what counts begins after the last one.
bool readEntry(const std::filesystem::path& folder, Entry& entry) {
  std::ifstream file(folder / "stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  const auto fields = line.substr(line.rfind(')') + 2);
  char state = 0;
  long long parent = 0;
  if (std::sscanf(fields.c_str(), "%c %lld", &state, &parent) != 2) return false;
  std::ifstream statm(folder / "statm");
  std::uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  entry = {parent, resident * std::uint64_t(::sysconf(_SC_PAGESIZE))};
  return true;
}

std::uint64_t sum(const std::map<std::int64_t, Entry>& all, std::int64_t id) {
  const auto found = all.find(id);
  if (found == all.end()) return 0;
  std::uint64_t bytes = found->second.residentBytes;
  for (const auto& [child, entry] : all) {
    if (entry.parent == id) bytes += sum(all, child);
  }
  return bytes;
}

}  // namespace

std::uint64_t residentBytes(std::int64_t processId) {
  std::map<std::int64_t, Entry> all;
  std::error_code ignored;
  for (const auto& folder : std::filesystem::directory_iterator("/proc", ignored)) {
    const auto name = folder.path().filename().string();
    Entry entry;
    if (name.find_first_not_of("0123456789") == name.npos && readEntry(folder.path(), entry)) {
      all[std::stoll(name)] = entry;
    }
  }
  return sum(all, processId);
}

}  // namespace sluice::test
