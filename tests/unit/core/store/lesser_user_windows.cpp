#include "tests/unit/core/store/lesser_user.h"

namespace sluice::store::test {

// Under Windows no program is everybody's.
LesserUser::LesserUser(const std::filesystem::path&) {}
LesserUser::~LesserUser() = default;

}  // namespace sluice::store::test
