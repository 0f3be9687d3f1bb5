#include <unistd.h>

#include <cstdlib>

#include "tests/unit/core/store/lesser_user.h"

namespace sluice::store::test {
namespace {

constexpr unsigned kNobody = 65534;

void must(int result) {
  if (result != 0) std::abort();
}

}  // namespace

LesserUser::LesserUser(const std::filesystem::path& folder) {
  if (::geteuid() != 0) return;
  must(::chown(folder.c_str(), kNobody, kNobody));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) must(::chown(entry.path().c_str(), kNobody, kNobody));
  must(::seteuid(kNobody));
}

LesserUser::~LesserUser() {
  if (::getuid() == 0) must(::seteuid(0));
}

}  // namespace sluice::store::test
