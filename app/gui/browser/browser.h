// Browsers of this machine, started with a profile of their own that sends everything through the proxy: nothing of the
// user's own browser is touched, and nothing is left behind but the profile's folder. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <filesystem>
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

// Makes a profile for this browser and address below `dataDir`, which trusts the CA there, and starts the browser. Nothing, or what the
// user should know: why it did not start, or that it does not trust the CA. Firefox learns of it from certutil; without that, its
// first page tells how to import it.
std::optional<QString> startBrowser(const Browser& browser, const std::filesystem::path& dataDir, const QString& address);

}  // namespace sluice::gui
