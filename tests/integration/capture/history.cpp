#include "tests/integration/capture/history.h"

#include <array>
#include <chrono>
#include <thread>

namespace sluice::test {
namespace {

constexpr auto kDeadline = std::chrono::seconds(20);
constexpr auto kPollInterval = std::chrono::milliseconds(5);
constexpr std::size_t kRowsMax = 10'000;

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::vector<store::ExchangeRow> History::rows() {
  auto reader = store::Reader::open(dataDir_);
  if (!reader) {
    failure = describe(reader.error());
    return {};
  }
  auto rows = reader->newest(kRowsMax);
  if (!rows) failure = describe(rows.error());
  return rows ? *rows : std::vector<store::ExchangeRow>{};
}

std::optional<store::ExchangeDetails> History::find(const std::string& urlEnd, const Wanted& wanted) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < deadline) {
    for (const auto& row : rows()) {
      if (!endsWith(row.url, urlEnd) || !wanted(row)) continue;
      auto reader = store::Reader::open(dataDir_);
      auto details = reader ? reader->exchange(row.id) : fail(reader.error());
      if (details && *details) return **details;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  failure += " no such row for " + urlEnd + "; there are:";
  for (const auto& row : rows()) failure += " " + row.url + " (" + std::string(name(row.state)) + ")";
  return std::nullopt;
}

std::optional<store::ExchangeDetails> History::ended(const std::string& urlEnd) {
  return find(urlEnd, [](const store::ExchangeRow& row) { return row.state != store::State::Running; });
}

std::optional<store::ExchangeDetails> History::running(const std::string& urlEnd) {
  return find(urlEnd, [](const store::ExchangeRow& row) { return row.state == store::State::Running; });
}

std::string History::body(ExchangeId id, capture::Direction direction) {
  auto reader = store::Reader::open(dataDir_);
  auto body = reader ? reader->openBody(id, direction) : fail(reader.error());
  std::string text;
  std::array<std::byte, 65536> piece;
  while (body) {
    const auto count = body->read(piece);
    if (!count || *count == 0) break;
    text += asText(Bytes(piece).first(*count));
  }
  return text;
}

}  // namespace sluice::test
