// A `sluiced` of our own: started with the data directory, watched, asked to end. What it says about listeners and
// failures is kept for whoever asks. GUI thread; nothing here waits.
#pragma once

#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTimer>

namespace sluice::gui {

class EngineProcess : public QObject {
  Q_OBJECT
 public:
  explicit EngineProcess(QObject* parent = nullptr);
  ~EngineProcess() override;

  // REQUIRES: not running. `failed` or `ended` follows if it does not last.
  void start(const QString& program, const QStringList& arguments);
  // Asks it to end, as a signal does; `ended` follows, by force after kKillAfterMs.
  void terminate();
  // It was asked to end by other means: `ended` follows, by force after kKillAfterMs.
  void expectEnd();
  bool isRunning() const { return process_.state() != QProcess::NotRunning; }
  qint64 pid() const { return process_.processId(); }

  // "127.0.0.1:8080", in the order in which the engine announced them.
  const QStringList& listeners() const { return listeners_; }
  // The last lines of its standard error, safe to show; empty when it said nothing.
  QString lastWords() const;

  static constexpr int kKillAfterMs = 10'000;  // the engine drains for 5 s, then commits

 signals:
  void listening();
  void failedToStart(const QString& why);
  void ended(bool crashed, int exitCode);

 private:
  void readOutput();
  void readErrors();
  void takeLine(const QByteArray& line);

  QProcess process_;
  QTimer killTimer_;
  QByteArray output_;  // an unfinished line
  QByteArray errors_;  // the end of its standard error
  QStringList listeners_;
};

}  // namespace sluice::gui
