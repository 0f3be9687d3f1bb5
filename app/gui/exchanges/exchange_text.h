// The words of the exchange table and the overview: one place, so that both say the same. GUI thread.
#pragma once

#include <QString>

#include "core/store/rows.h"

namespace sluice::gui {

QString stateText(const store::ExchangeRow& row);  // "Running", "Complete", "Failed: connection refused"
QString typeText(const store::ExchangeRow& row);   // "json", "html", "tunnel"
QString hostText(const store::ExchangeRow& row);  // "example.com", "[::1]:3000": the port where it is not the usual one
// "curl" of /usr/bin/curl; empty where the program is not known.
QString programText(const std::string& path);
QString protocolText(const store::ExchangeRow& row);  // "https", "ws", "tunnel"
// "Chrome Slow 4G" and its numbers, of a profile as the row has it; empty where nothing was slowed down.
QString profileText(const std::string& json);
QString profileTip(const std::string& json);
QString phraseOf(int status);                     // "Not Found", empty for numbers nobody registered
QString errorText(const Error& error);            // one sentence, safe to show
QString markText(Mark mark);                      // "Red"; empty for none
QString urlText(const store::ExchangeRow& row);   // as it goes to the clipboard; "host:port" for a tunnel
// So far for one that runs, whole for one that has ended; negative when not known.
std::int64_t durationUs(const store::ExchangeRow& row, WallTime now);
std::uint64_t sizeOf(const store::ExchangeRow& row);

}  // namespace sluice::gui
