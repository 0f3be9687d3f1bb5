#include "core/store/part_file.h"

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
  std::array<char, 17> text{};
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

// What `file` is called while it is written, with this number.
fs::path partOf(const fs::path& file, std::uint64_t number) {
  fs::path part = file;
  part += ".sluice-" + hex(number) + '-' + hex(proofOf(number, file.filename())) + ".part";
  return part;
}

fs::path newPartOf(const fs::path& file) {
  std::random_device random;
  std::error_code ignored;
  fs::path part;
  do {
    part = partOf(file, std::uint64_t{random()} << 32 | random());
  } while (fs::exists(part, ignored));
  return part;
}

bool isPartOf(const fs::path& found, const fs::path& file) {
  constexpr std::size_t kDigits = 16;
  const auto begin = file.filename().native() + fs::path(".sluice-").native(), name = found.filename().native();
  if (!name.starts_with(begin) || name.size() < begin.size() + kDigits) return false;
  std::uint64_t number = 0;
  for (const auto unit : name.substr(begin.size(), kDigits)) {
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(unit));
    if (digit == std::string_view::npos) return false;
    number = number << 4 | digit;
  }
  return name == partOf(file, number).filename().native();
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
