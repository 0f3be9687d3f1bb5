#include "core/store/part_file.h"

#include <random>
#include <string>

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr int kLinksMax = 40;  // as Linux follows them

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

}  // namespace

PartFile::PartFile(const fs::path& file) : target_(file), part_(file) {
  std::error_code ignored;
  const auto status = fs::status(file, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) return;
  target_ = withoutLinks(file);
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
