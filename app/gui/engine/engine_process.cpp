#include "app/gui/engine/engine_process.h"

#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {
constexpr qsizetype kErrorBytesMax = 8 * 1024;  // enough for the message that matters: the last one
constexpr qsizetype kOutputLineMax = 4 * 1024;  // a longer line is not one of the contract's
constexpr qsizetype kLastWordsLines = 4;
constexpr auto kOwnName = "sluiced: ";  // before each message; who reads it here knows who speaks
}  // namespace

EngineProcess::EngineProcess(QObject* parent) : QObject(parent) {
  process_.setStandardInputFile(QProcess::nullDevice());
  killTimer_.setSingleShot(true);
  killTimer_.setInterval(kKillAfterMs);
  connect(&killTimer_, &QTimer::timeout, this, [this] { process_.kill(); });
  connect(&process_, &QProcess::readyReadStandardOutput, this, &EngineProcess::readOutput);
  connect(&process_, &QProcess::readyReadStandardError, this, &EngineProcess::readErrors);
  connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart)
      emit failedToStart(process_.program() + QStringLiteral(": ") + process_.errorString());
  });
  connect(&process_, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
    killTimer_.stop();
    readOutput();
    readErrors();
    emit ended(status == QProcess::CrashExit, exitCode);
  });
}

EngineProcess::~EngineProcess() {
  // Whoever lets go of a running engine has decided against waiting; it ends in order without us.
  disconnect(&process_, nullptr, this, nullptr);
  if (isRunning()) {
    process_.terminate();
    process_.waitForFinished(kKillAfterMs);
  }
}

void EngineProcess::start(const QString& program, const QStringList& arguments) {
  output_.clear();
  errors_.clear();
  listeners_.clear();
  process_.start(program, arguments);
}

void EngineProcess::terminate() {
  if (!isRunning()) return;
  process_.terminate();
  expectEnd();
}

void EngineProcess::expectEnd() { killTimer_.start(); }

void EngineProcess::readOutput() {
  output_ += process_.readAllStandardOutput();
  for (auto end = output_.indexOf('\n'); end >= 0; end = output_.indexOf('\n')) {
    takeLine(output_.left(end));
    output_.remove(0, end + 1);
  }
  if (output_.size() > kOutputLineMax) output_.clear();
}

// "listening regular 127.0.0.1:8080"
void EngineProcess::takeLine(const QByteArray& line) {
  const auto words = line.simplified().split(' ');
  if (words.size() != 3 || words[0] != "listening") return;
  listeners_.append(visibleLine(words[2].toStdString(), 128));
  emit listening();
}

void EngineProcess::readErrors() {
  errors_ += process_.readAllStandardError();
  if (errors_.size() <= kErrorBytesMax) return;
  errors_.remove(0, errors_.size() - kErrorBytesMax);
  errors_.remove(0, errors_.indexOf('\n') + 1);  // the rest of a line says nothing
}

QString EngineProcess::lastWords() const {
  QStringList lines;
  for (QByteArray line : errors_.split('\n')) {
    line = line.trimmed();
    if (line.startsWith(kOwnName)) line.remove(0, qsizetype(qstrlen(kOwnName)));
    // What it warned of while it lived is in its log; what ended it says so itself.
    const bool warning = line.contains(" warning ");
    if (!line.isEmpty() && !warning) lines.append(visibleLine(line.toStdString(), 512));
  }
  return lines.mid(std::max<qsizetype>(0, lines.size() - kLastWordsLines)).join(u'\n');
}

}  // namespace sluice::gui
