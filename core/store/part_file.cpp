#include "core/store/part_file.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr int kLinksMax = 40;  // as Linux follows them
constexpr std::size_t kNameUnitsMax = 255;  // bytes on Linux and macOS, units of UTF-16 on Windows
constexpr std::size_t kDigits = 16;
constexpr std::size_t kAddedUnits = std::string_view(".sluice--.part").size() + 2 * kDigits;
constexpr auto kLeftAfter = std::chrono::hours(24);

fs::path withoutLinks(fs::path file) {
  std::error_code error;
  for (int links = 0; links < kLinksMax && fs::is_symlink(file, error); ++links) {
    const auto target = fs::read_symlink(file, error);
    if (error) break;
    file = file.parent_path() / target;
  }
  return file;
}

std::string hex(std::uint64_t number) {
  std::array<char, kDigits + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

// FNV-1a of both: the same in every version, for a part that an earlier one left. On Windows a name is UTF-16.
std::uint64_t proofOf(std::uint64_t number, const fs::path& name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (int shift = 0; shift < 64; shift += 8) add(number >> shift & 0xff);
  for (const auto unit : name.native()) add(static_cast<std::uint64_t>(unit) & 0xffff);
  return hash;
}

// Whether a character goes on with this unit: a byte of UTF-8, or on Windows a half of a pair in UTF-16.
bool continues(fs::path::value_type unit) {
  const auto number = static_cast<std::uint32_t>(unit);
  return sizeof(unit) == 1 ? (number & 0xc0) == 0x80 : (number & 0xfc00) == 0xdc00;
}

// What the names of its parts begin with.
fs::path::string_type beginOfParts(const fs::path& file) {
  auto begin = file.filename().native();
  std::size_t kept = std::min(begin.size(), kNameUnitsMax - kAddedUnits);
  while (kept > 0 && kept < begin.size() && continues(begin[kept])) --kept;
  return begin.substr(0, kept) + fs::path(".sluice-").native();
}

// What `file` is called while it is written, with this number.
fs::path::string_type nameOfPart(const fs::path& file, std::uint64_t number) {
  return beginOfParts(file) + fs::path(hex(number) + '-' + hex(proofOf(number, file.filename())) + ".part").native();
}

fs::path newPartOf(const fs::path& file) {
  std::random_device random;
  std::error_code ignored;
  fs::path part;
  do {
    part = file.parent_path() / nameOfPart(file, std::uint64_t{random()} << 32 | random());
  } while (fs::exists(part, ignored));
  return part;
}

bool isPartOf(const fs::path& found, const fs::path& file) {
  const auto begin = beginOfParts(file), name = found.filename().native();
  if (!name.starts_with(begin) || name.size() < begin.size() + kDigits) return false;
  std::uint64_t number = 0;
  for (const auto unit : name.substr(begin.size(), kDigits)) {
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(unit));
    if (digit == std::string_view::npos) return false;
    number = number << 4 | digit;
  }
  return name == nameOfPart(file, number);
}

void sweepPartsOf(const fs::path& file) {
  const auto folder = file.parent_path();
  std::error_code error;
  std::vector<fs::path> left;
  fs::directory_iterator at(folder.empty() ? fs::path(".") : folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (!isPartOf(at->path(), file) || !fs::is_regular_file(at->symlink_status(ignored))) continue;
    const auto changed = at->last_write_time(ignored);
    if (!ignored && fs::file_time_type::clock::now() - changed > kLeftAfter) left.push_back(at->path());
  }
  for (const auto& part : left) fs::remove(part, error);
}

}  // namespace

PartFile::PartFile(const fs::path& file) : target_(file), part_(file) {
  std::error_code ignored;
  const auto status = fs::status(file, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) return;
  target_ = withoutLinks(file);
  sweepPartsOf(target_);
  part_ = newPartOf(target_);
}

PartFile::~PartFile() {
  std::error_code ignored;
  if (!isDirect()) fs::remove(part_, ignored);
}

std::error_code PartFile::replace() {
  std::error_code error;
  if (!isDirect()) fs::rename(part_, target_, error);
  return error;
}

}  // namespace sluice::store
