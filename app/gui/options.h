// The command line of `sluice`. Pure.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <string>

namespace sluice::gui {

struct Options {
  QString dataDir;  // empty: the user's usual one
  bool attachOnly = false;
  bool help = false;
  bool version = false;
};

struct ParsedOptions {
  std::optional<Options> options;  // nothing: wrong usage, and `problem` says what
  QString problem;
};

// `arguments` without the program's name. Qt's own options (-style, -platform ...) have been taken out by QApplication.
ParsedOptions parseOptions(const QStringList& arguments);
QString usageText();

}  // namespace sluice::gui
