// A terminal whose programs go through the proxy and trust its CA: the variables that curl, git, Python, Node, Go, Ruby and others look
// for. Nothing outside that terminal is touched. GUI thread.
#pragma once

#include <QObject>
#include <QString>
#include <filesystem>
#include <functional>

#include "core/base/result.h"
#include "platform/terminal.h"

namespace sluice::gui {

// `address`: of the proxy, "127.0.0.1:8080". `caFile` has our CA alone, `bundleFile` those of the system too.
platform::Variables proxyVariables(const std::string& address, const std::string& caFile, const std::string& bundleFile);

// Writes the authorities of the system and ours into one file below `dataDir`. Blocks.
Result<std::filesystem::path> writeBundle(const std::filesystem::path& dataDir);

// Starts it; `done` is called with nothing, or with why it did not start, unless `context` is gone by then.
void startTerminal(const platform::Terminal& terminal, const std::filesystem::path& dataDir, const QString& address, QObject* context,
                   std::function<void(const QString& problem)> done);

}  // namespace sluice::gui
