// Browsers of this machine, started with a profile of their own that sends everything through the proxy: nothing of the
// user's own browser is touched, and nothing is left behind but the profile's folder. GUI thread.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace sluice::gui {

struct Browser {
  enum class Family { Chromium, Firefox };
  QString name;     // as people call it
  QString program;  // its executable
  Family family = Family::Chromium;
};

// Those that are installed, the ones that need least set-up first.
std::vector<Browser> installedBrowsers();

// What starts it. `address`: of the proxy, "127.0.0.1:8080". Localhost goes through the proxy too. `caPin`: base64 of the SHA-256
// of the CA's public key, which this browser alone then trusts; empty: it does not.
QStringList browserArguments(const Browser& browser, const QString& profileFolder, const QString& address, const QString& caPin);

// What became of a browser that was started in vain: in words, and the last line that it wrote, safe to show.
using BrowserFailed = std::function<void(const QString& what, const QString& lastLine)>;

// Makes a profile for this browser and address below `dataDir`, which trusts the CA there, and starts the browser, which outlives us.
// Nothing, or what the user should know: why it was not started, or that it does not trust the CA. Firefox learns of it from certutil;
// without that, its first page tells how to import it. `failed` is called if it does not start, or ends badly within kAtOnceMs, unless
// `context` is gone by then.
std::optional<QString> startBrowser(const Browser& browser, const std::filesystem::path& dataDir, const QString& address,
                                    QObject* context = nullptr, BrowserFailed failed = {});

inline constexpr int kAtOnceMs = 15'000;  // what ends later has been seen to start

}  // namespace sluice::gui
