// A value or an Error. Shaped like std::expected (C++23), nodiscard. Any thread.
#pragma once

#include <tl/expected.hpp>

#include "core/base/error.h"

namespace sluice {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

// The error branch of a Result: `return fail(Side::Upstream, Code::ConnectionRefused);`
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

inline tl::unexpected<Error> fail(Side side, Code code, std::string detail = {}, int systemCode = 0) {
  return fail(Error{code, side, systemCode, std::move(detail)});
}

}  // namespace sluice
