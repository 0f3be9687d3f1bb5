// Input filters turn raw bytes into the slices that go downstream, and know where the message ends. No copies: what
// they emit are parts of the slice they were fed. One loop's thread.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/buffer/slice.h"

namespace sluice::pipe {

using buffer::Slice;

// Sees the body's payload without transfer framing, in order; for the capture.
class BodyTap {
 public:
  virtual ~BodyTap() = default;
  virtual void onBody(Bytes payload) = 0;
};

// What a filter gives to while it is fed; the pipe implements it.
class FilterOutput {
 public:
  virtual ~FilterOutput() = default;
  // `part` is a part of the slice that is being fed, not empty, behind everything passed before.
  virtual void pass(const Slice& part) = 0;
  // Payload for the tap.
  virtual void body(Bytes payload) = 0;
};

class InputFilter {
 public:
  enum class State : std::uint8_t {
    More,      // all of it was consumed, more is due
    Complete,  // the message ends after `consumed` bytes; the rest is not part of it
    Failed,    // malformed after `consumed` bytes, which were good; error() says how
  };
  struct Fed {
    std::size_t consumed = 0;
    State state = State::More;
  };

  virtual ~InputFilter() = default;
  // REQUIRES: raw lies in memory, is not empty, and neither Complete nor Failed was answered before.
  virtual Fed feed(const Slice& raw, FilterOutput& out) = 0;
  // The least number of bytes that can still complete the message; 0: it is complete; none: only the end of
  // the stream completes it.
  virtual std::optional<std::uint64_t> due() const = 0;
  // Meaning of the end of the stream here: None, or why the message is broken.
  virtual Error endError() const = 0;
  // After Failed.
  virtual const Error& error() const = 0;
};

}  // namespace sluice::pipe
