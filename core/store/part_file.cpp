#include "core/store/part_file.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
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

fs::path partOf(const fs::path& file) {
  std::random_device random;
  std::error_code ignored;
  fs::path part;
  do {
    part = file;
    part += "." + std::to_string(random()) + ".part";
  } while (fs::exists(part, ignored));
  return part;
}

// "a.har.123456.part" beside "a.har".
bool isPartOf(const fs::path& found, const fs::path& file) {
  const auto name = found.filename().native(), stem = file.filename().native() + fs::path(".").native(), end = fs::path(".part").native();
  if (name.size() <= stem.size() + end.size() || !name.starts_with(stem) || !name.ends_with(end)) return false;
  return std::all_of(name.begin() + std::ptrdiff_t(stem.size()), name.end() - std::ptrdiff_t(end.size()),
                     [](auto c) { return c >= '0' && c <= '9'; });
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
  part_ = partOf(target_);
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
