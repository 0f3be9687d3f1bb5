#include "core/pipe/copy_filter.h"

#include <algorithm>

namespace sluice::pipe {

InputFilter::Fed CopyFilter::feed(const Slice& raw, FilterOutput& out) {
  out.pass(raw);
  out.body(raw.bytes());
  return {static_cast<std::size_t>(raw.size), State::More};
}

InputFilter::Fed LengthFilter::feed(const Slice& raw, FilterOutput& out) {
  Slice part = raw;
  part.size = std::min(raw.size, due_);
  due_ -= part.size;
  out.pass(part);
  out.body(part.bytes());
  return {static_cast<std::size_t>(part.size), due_ == 0 ? State::Complete : State::More};
}

Error LengthFilter::endError() const {
  if (due_ == 0) return {};
  return {Code::EndedEarly, side_, 0, std::to_string(due_) + " bytes of the body are missing"};
}

}  // namespace sluice::pipe
