#include "core/engine/record_import.h"

#include <utility>
#include <variant>

#include "core/capture/record_codec.h"

namespace sluice::engine {
namespace {

constexpr std::size_t kLengthBytes = 4;

std::size_t lengthIn(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = kLengthBytes; i > 0; --i) length = length << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return length;
}

tl::unexpected<Error> senseless(const char* what) { return fail(Side::Client, Code::BadArgument, std::string("an import ") + what); }

// The exchange of a record that an import may have.
ExchangeId* exchangeOf(capture::Record& record) {
  if (auto* started = std::get_if<capture::ExchangeStarted>(&record)) return &started->exchange;
  if (auto* responded = std::get_if<capture::ResponseStarted>(&record)) return &responded->exchange;
  if (auto* chunk = std::get_if<capture::BodyChunk>(&record)) return &chunk->exchange;
  if (auto* message = std::get_if<capture::MessagePassed>(&record)) return &message->exchange;
  if (auto* annotated = std::get_if<capture::Annotated>(&record)) return &annotated->exchange;
  if (auto* ended = std::get_if<capture::ExchangeEnded>(&record)) return &ended->exchange;
  return nullptr;
}

}  // namespace

RecordImport::RecordImport(capture::Sink& sink, std::function<ExchangeId()> nextId, std::function<WallTime()> now)
    : sink_(sink), nextId_(std::move(nextId)), now_(std::move(now)) {}

RecordImport::~RecordImport() {
  if (!ours_) return;
  capture::ExchangeEnded end;
  end.exchange = ours_;
  end.at = now_();
  end.error = {Code::Aborted, Side::Local, 0, "the import ended before the exchange did"};
  sink_.record(std::move(end));
}

Result<void> RecordImport::take(Bytes bytes) {
  if (broken_) return senseless("goes on after a record that makes no sense");
  pending_ += asText(bytes);
  std::size_t at = 0;
  while (pending_.size() - at >= kLengthBytes) {
    const std::string_view rest = std::string_view(pending_).substr(at);
    const std::size_t length = lengthIn(rest);
    if (length > kImportedRecordBytesMax) {
      broken_ = true;
      return senseless("has a record of more than 16 MiB");
    }
    if (rest.size() - kLengthBytes < length) break;
    if (auto taken = takeRecord(asBytes(rest.substr(kLengthBytes, length))); !taken) {
      broken_ = true;
      return taken;
    }
    at += kLengthBytes + length;
  }
  pending_.erase(0, at);
  return {};
}

Result<void> RecordImport::takeRecord(Bytes bytes) {
  auto record = capture::decode(bytes);
  if (!record) return senseless("has a record that cannot be read");
  ExchangeId* exchange = exchangeOf(*record);
  if (exchange == nullptr || !*exchange) return senseless("has a record of no exchange");
  const auto* annotated = std::get_if<capture::Annotated>(&*record);
  if (annotated != nullptr && annotated->comment.size() > kCommentBytesMax) return senseless("has a comment that is too long");
  if (std::holds_alternative<capture::ExchangeStarted>(*record)) {
    if (ours_) return senseless("begins an exchange before the last one has ended");
    theirs_ = *exchange;
    ours_ = nextId_();
    std::get<capture::ExchangeStarted>(*record).connection = {};
  } else if (!ours_ || *exchange != theirs_) {
    return senseless("has a record of an exchange that is not open");
  }
  *exchange = ours_;
  if (std::holds_alternative<capture::ExchangeEnded>(*record)) ours_ = {};
  sink_.record(std::move(*record));
  return {};
}

}  // namespace sluice::engine
