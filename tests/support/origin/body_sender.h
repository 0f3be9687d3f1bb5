// Sends a response body in any framing, at any pace, and breaks it off where it is told to. The connection's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/support/origin/stage.h"
#include "tests/support/wire/stream.h"

namespace sluice::test {

struct Request;

struct BodyPlan {
  enum class Framing { Length, Chunked, Close };

  Framing framing = Framing::Length;
  std::uint64_t size = 0;
  std::uint64_t pieceBytes = 256 * 1024;  // one write; one chunk
  std::uint64_t pauseUs = 0;              // between pieces
  std::uint64_t resetAt = UINT64_MAX;     // reset after so many body bytes
  std::uint64_t closeAt = UINT64_MAX;     // close in order after so many body bytes
  std::string extension;                  // goes on every chunk line, with its semicolon
  std::string trailers;                   // lines, each with its CRLF

  // From ?framing=length|chunked|close &piece= &pauseUs= &rate= &resetAt= &closeAt= &ext= &trailers=1.
  static BodyPlan fromQuery(const Request& request, std::uint64_t size);
  // The header field that announces this framing, with its CRLF; empty for until-close.
  std::string framingField() const;
};

// `fill` writes the bytes that stand at an offset. Returns whether the connection may carry another request.
bool sendBody(Stream& stream, Stage& stage, const BodyPlan& plan,
              const std::function<void(std::uint64_t offset, MutableBytes into)>& fill);

}  // namespace sluice::test
