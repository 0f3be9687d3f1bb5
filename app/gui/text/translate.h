// Translation for functions that belong to no class: all in one context, which is their namespace. GUI thread.
#pragma once

#include <QCoreApplication>
#include <QString>

namespace sluice::gui {

inline QString tr(const char* text) { return QCoreApplication::translate("sluice::gui", text); }

}  // namespace sluice::gui
