// What the system calls the program of these tests: as a client, it is told by that name.
#pragma once

#include <QCoreApplication>
#include <QFileInfo>

namespace sluice::gui::test {

inline QString ownName() { return QFileInfo(QCoreApplication::applicationFilePath()).fileName(); }

}  // namespace sluice::gui::test
