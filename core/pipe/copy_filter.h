// The filters that look at nothing but the count: CopyFilter for tunnels and bodies that end with the
// connection, LengthFilter for a Content-Length. One loop's thread.
#pragma once

#include "core/pipe/input_filter.h"

namespace sluice::pipe {

// Everything until the stream ends.
class CopyFilter final : public InputFilter {
 public:
  Fed feed(const Slice& raw, FilterOutput& out) override;
  std::optional<std::uint64_t> due() const override { return std::nullopt; }
  Error endError() const override { return {}; }
  const Error& error() const override { return none_; }

 private:
  Error none_;
};

// Exactly `length` bytes (RFC 9112, 6.3).
class LengthFilter final : public InputFilter {
 public:
  // `side` is blamed when the stream ends early.
  explicit LengthFilter(std::uint64_t length = 0, Side side = Side::Upstream) : due_(length), side_(side) {}

  Fed feed(const Slice& raw, FilterOutput& out) override;
  std::optional<std::uint64_t> due() const override { return due_; }
  Error endError() const override;
  const Error& error() const override { return none_; }

 private:
  std::uint64_t due_;
  Side side_;
  Error none_;
};

}  // namespace sluice::pipe
