#include "app/cli/watcher.h"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

#include "app/cli/human.h"
#include "app/cli/json.h"
#include "app/cli/overloaded.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kPageRows = 500;
const std::string kClearLine = "\r\x1b[K";  // ECMA-48 EL; what the line held goes, the cursor is at its beginning

nlohmann::ordered_json event(const char* type, const char* key, nlohmann::ordered_json value) {
  nlohmann::ordered_json object;
  object["event"] = type;
  object[key] = std::move(value);
  return object;
}

}  // namespace

Result<Watcher> Watcher::start(const WatchCommand& command, Format format, const std::filesystem::path& dataDir,
                               Output& output) {
  auto reader = store::Reader::open(dataDir);
  if (!reader) return fail(reader.error());
  if (auto shown = reader->show(command.filter); !shown) return fail(shown.error());
  const auto totals = reader->totals();
  if (!totals) return fail(totals.error());
  return Watcher(*std::move(reader), format, output, totals->version);
}

Result<void> Watcher::handle(const control::Reply& event) {
  return std::visit(Overloaded{
                        [&](const control::Changed&) { return showChanges(); },
                        [&](const control::StatusSample& sample) { return showSample(sample); },
                        [&](const control::Stopping&) { return showStopping(); },
                        // Replies to requests that nobody made, and events that this program is too old to know.
                        [](const auto&) { return Result<void>(); },
                    },
                    event);
}

Result<void> Watcher::ended() {
  if (auto cleared = writeLines(""); !cleared) return cleared;
  if (stopping_) return {};
  return fail(Side::Local, Code::NotRunning, "the engine went away");
}

Result<void> Watcher::showChanges() {
  for (bool more = true; more;) {
    const auto changes = reader_.changesSince(version_, kPageRows);
    if (!changes) return fail(changes.error());
    const auto rows = reader_.rows(changes->ids);
    if (!rows) return fail(rows.error());
    std::string lines;
    for (const auto& row : *rows) lines += text(row);
    if (auto written = lines.empty() ? Result<void>() : writeLines(lines); !written) return written;
    version_ = changes->version;
    more = changes->more;
  }
  return {};
}

Result<void> Watcher::showSample(const control::StatusSample& sample) {
  if (format_ == Format::Json) return output_->writeText(line(event("status", "status", toJson(sample))) + '\n');
  if (!output_->isTerminal()) return {};
  lastLineShown_ = true;
  return output_->writeText(kClearLine + describeLine(sample));
}

Result<void> Watcher::showStopping() {
  stopping_ = true;
  if (format_ == Format::Human) return {};
  return output_->writeText(R"({"event":"stopping"})" "\n");
}

Result<void> Watcher::writeLines(const std::string& lines) {
  return output_->writeText(std::exchange(lastLineShown_, false) ? kClearLine + lines : lines);
}

std::string Watcher::text(const store::ExchangeRow& row) const {
  if (format_ == Format::Json) return line(event("exchange", "exchange", toJson(row))) + '\n';
  // For people each exchange once, when it has ended.
  return row.state == store::State::Running ? std::string() : describeLine(row);
}

}  // namespace sluice::cli
