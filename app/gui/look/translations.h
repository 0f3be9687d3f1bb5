// The language of the window: the system's, where there is a translation for it; else English. GUI thread.
#pragma once

#include <QLocale>

class QCoreApplication;

namespace sluice::gui {

// Before the first window. Whether there is one for this locale.
bool installTranslations(QCoreApplication& application, const QLocale& locale);

}  // namespace sluice::gui
