// What `sluicectl watch` prints: exchanges as they change, read from the history whenever the engine says that it grew.
// A person's terminal also has a last line with connections and rates, which each second replaces. One thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"
#include "core/control/messages.h"
#include "core/store/reader.h"

namespace sluice::cli {

class Watcher {
 public:
  // What was recorded before is not shown.
  static Result<Watcher> start(const WatchCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);

  Result<void> handle(const control::Reply& event);

  // The engine ended the connection: fine if it said that it is stopping.
  Result<void> ended();

 private:
  Watcher(store::Reader reader, Format format, Output& output, std::uint64_t version)
      : reader_(std::move(reader)), format_(format), output_(&output), version_(version) {}

  Result<void> showChanges();
  Result<void> showSample(const control::StatusSample& sample);
  Result<void> showStopping();
  // Replaces the last line of a terminal by whole lines.
  Result<void> writeLines(const std::string& lines);
  std::string text(const store::ExchangeRow& row) const;

  store::Reader reader_;
  Format format_;
  Output* output_;
  std::uint64_t version_;  // of the history, up to which everything was shown
  bool lastLineShown_ = false;
  bool stopping_ = false;
};

}  // namespace sluice::cli
