#include "tests/support/origin/body_sender.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "tests/support/origin/request.h"

namespace sluice::test {
namespace {

using Framing = BodyPlan::Framing;

std::string chunkLine(std::size_t size, const std::string& extension) {
  char digits[20];
  std::snprintf(digits, sizeof digits, "%zx", size);
  return digits + extension + "\r\n";
}

bool sendPiece(Stream& stream, const BodyPlan& plan, Bytes piece) {
  if (plan.framing != Framing::Chunked) return stream.write(piece);
  std::string framed = chunkLine(piece.size(), plan.extension);
  framed.append(asText(piece));
  framed += "\r\n";
  return stream.write(framed);
}

}  // namespace

BodyPlan BodyPlan::fromQuery(const Request& request, std::uint64_t size) {
  BodyPlan plan;
  const auto framing = request.text("framing", "length");
  plan.framing = framing == "chunked" ? Framing::Chunked : framing == "close" ? Framing::Close : Framing::Length;
  plan.size = size;
  plan.pieceBytes = std::max<std::uint64_t>(1, request.number("piece", plan.pieceBytes));
  plan.pauseUs = request.number("pauseUs", 0);
  if (const auto rate = request.number("rate", 0); rate > 0) {
    plan.pieceBytes = std::min<std::uint64_t>(plan.pieceBytes, std::max<std::uint64_t>(1, rate / 50));
    plan.pauseUs = plan.pieceBytes * 1'000'000 / rate;
  }
  plan.resetAt = request.number("resetAt", UINT64_MAX);
  plan.closeAt = request.number("closeAt", UINT64_MAX);
  if (request.has("ext")) plan.extension = ";" + request.text("ext", "");
  if (request.has("trailers")) plan.trailers = "X-Trailer: kept\r\nX-Checksum: 0\r\n";
  return plan;
}

std::string BodyPlan::framingField() const {
  switch (framing) {
    case Framing::Length: return "Content-Length: " + std::to_string(size) + "\r\n";
    case Framing::Chunked: return "Transfer-Encoding: chunked\r\n";
    case Framing::Close: return "";
  }
  return "";
}

bool sendBody(Stream& stream, Stage& stage, const BodyPlan& plan,
              const std::function<void(std::uint64_t, MutableBytes)>& fill) {
  const auto breakAt = std::min(plan.resetAt, plan.closeAt);
  std::vector<std::byte> piece(std::size_t(std::min(plan.pieceBytes, std::max<std::uint64_t>(1, plan.size))));
  for (std::uint64_t sent = 0; sent < std::min(plan.size, breakAt);) {
    const auto left = std::min(plan.size, breakAt) - sent;
    const auto part = MutableBytes(piece).first(std::size_t(std::min<std::uint64_t>(piece.size(), left)));
    fill(sent, part);
    if (!sendPiece(stream, plan, part)) return false;
    sent += part.size();
    if (plan.pauseUs > 0 && sent < plan.size && !stage.pause(std::chrono::microseconds(plan.pauseUs))) return false;
  }
  if (plan.resetAt <= plan.size) stream.reset();
  if (breakAt <= plan.size) return false;
  if (plan.framing == Framing::Chunked && !stream.write("0\r\n" + plan.trailers + "\r\n")) return false;
  return plan.framing != Framing::Close;
}

}  // namespace sluice::test
