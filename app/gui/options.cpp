#include "app/gui/options.h"

#include "app/gui/text/translate.h"

namespace sluice::gui {
namespace {
}  // namespace

QString usageText() {
  return tr(
      "usage: sluice [--data-dir DIR] [--attach-only]\n\n"
      "  --data-dir DIR  where history, settings and the engine's socket lie\n"
      "  --attach-only   show an engine that somebody else starts; never start one\n"
      "  --version       print the version and end\n"
      "  --help          print this and end\n");
}

ParsedOptions parseOptions(const QStringList& arguments) {
  Options options;
  for (qsizetype i = 0; i < arguments.size(); ++i) {
    const QString& argument = arguments[i];
    if (argument == QLatin1String("--attach-only")) {
      options.attachOnly = true;
    } else if (argument == QLatin1String("--help") || argument == QLatin1String("-h")) {
      options.help = true;
    } else if (argument == QLatin1String("--version")) {
      options.version = true;
    } else if (argument.startsWith(QLatin1String("--data-dir="))) {
      options.dataDir = argument.mid(int(qstrlen("--data-dir=")));
      if (options.dataDir.isEmpty()) return {std::nullopt, tr("--data-dir needs a directory")};
    } else if (argument == QLatin1String("--data-dir")) {
      if (i + 1 >= arguments.size() || arguments[i + 1].isEmpty()) {
        return {std::nullopt, tr("--data-dir needs a directory")};
      }
      options.dataDir = arguments[++i];
    } else {
      return {std::nullopt, tr("unknown option: %1").arg(argument)};
    }
  }
  return {options, {}};
}

}  // namespace sluice::gui
