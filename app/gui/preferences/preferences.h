// What the user decides once, as it lies in the settings. GUI thread.
#pragma once

#include <QLocale>
#include <QSettings>
#include <optional>

#include "app/gui/look/colors.h"

namespace sluice::gui {

inline constexpr auto kSchemeKey = "look/scheme";      // "light", "dark"; else as the system
inline constexpr auto kDensityKey = "look/density";    // "compact"; else comfortable
inline constexpr auto kLanguageKey = "look/language";  // "en", "de"; else as the system
inline constexpr auto kListenKey = "engine/listen";    // --listen values; empty: the engine's own choice

// Of how much is kept; 0 or nothing: without limit.
inline constexpr auto kHeadsAloneKey = "engine/headsAlone";
inline constexpr auto kBodyMbKey = "engine/bodyMegabytes";  // of each body; nothing: kUsualBodyMb
inline constexpr int kUsualBodyMb = 64;
inline constexpr auto kHistoryMbKey = "engine/keepMegabytes";
inline constexpr auto kExchangesKey = "engine/keepExchanges";
inline constexpr auto kDaysKey = "engine/keepDays";

enum class Density { Comfortable, Compact };

std::optional<Scheme> schemeOf(const QSettings& settings);
Density densityOf(const QSettings& settings);
// What tells an engine how much to keep.
QStringList keepingOptions(const QSettings& settings);
QLocale localeOf(const QSettings& settings);

// What is wrong with one --listen value; empty: nothing that can be seen from here.
QString listenProblem(const QString& spec);

}  // namespace sluice::gui
