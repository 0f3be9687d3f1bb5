#include "app/gui/look/translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QTranslator>

namespace sluice::gui {

bool installTranslations(QCoreApplication& application, const QLocale& locale) {
  auto* own = new QTranslator(&application);
  if (!own->load(locale, QStringLiteral("sluice"), QStringLiteral("_"), QStringLiteral(":/translations"))) {
    delete own;
    return false;
  }
  QCoreApplication::installTranslator(own);
  // What Qt itself says: the buttons of its dialogs.
  auto* ofQt = new QTranslator(&application);
  const QString folder = QLibraryInfo::path(QLibraryInfo::TranslationsPath);
  if (ofQt->load(locale, QStringLiteral("qtbase"), QStringLiteral("_"), folder)) {
    QCoreApplication::installTranslator(ofQt);
  } else {
    delete ofQt;
  }
  return true;
}

}  // namespace sluice::gui
