// Keeps an engine for the window: attaches to one that already runs on the data directory, else starts `sluiced`,
// watches it, and starts it again once should it die. What cannot be mended is said in one notice. GUI thread; nothing
// here waits.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <filesystem>

#include "app/gui/engine/engine_link.h"
#include "app/gui/engine/engine_process.h"

namespace sluice::gui {

enum class EngineState {
  Stopped,   // none runs, none is wanted
  Starting,  // looking for one, or starting one
  Running,   // attached
  Waiting,   // attach only: none runs yet
  Stopping,
  Failed,  // wanted, but it does not run; the notice says why
};

// What the user should know. One at a time; an empty text means that all is well.
struct EngineNotice {
  enum class Level { Info, Warning, Bad };
  enum class Offer { Nothing, Start, StartOnFreePort, ShowFolder, ShowPreferences };  // what a click may do about it
  Level level = Level::Info;
  QString text;
  QString detail;  // the engine's own words, may be several lines
  Offer offer = Offer::Nothing;

  friend bool operator==(const EngineNotice&, const EngineNotice&) = default;
};

// What an engine of our own is started with.
struct EngineStart {
  bool records = true;
  bool intercepts = true;
};

class EngineKeeper : public QObject {
  Q_OBJECT
 public:
  struct Options {
    std::filesystem::path dataDir;
    QString program;          // path of sluiced
    QStringList listen;       // --listen values; empty: the engine's default
    bool attachOnly = false;  // never start one
  };
  explicit EngineKeeper(Options options, QObject* parent = nullptr);

  EngineState state() const { return state_; }
  // Started by us, so it ends with us.
  bool isOwn() const { return process_.isRunning(); }
  // For questions and orders to the engine, while it is attached.
  EngineLink& link() { return link_; }
  qint64 ownPid() const { return process_.pid(); }
  const std::filesystem::path& dataDir() const { return options_.dataDir; }
  bool isAttachOnly() const { return options_.attachOnly; }
  // The addresses of all listeners, of whatever kind.
  const QStringList& listeners() const { return listeners_; }
  // Where programs can be sent: of the first listener that is an ordinary proxy. Empty: there is none.
  const QString& proxyAddress() const { return proxyAddress_; }
  // Why there is none, in a sentence.
  QString whyNoProxy() const;
  const EngineNotice& notice() const { return notice_; }
  // What the engine has found wrong with the history or a profile at its start, in its own words; usually empty.
  const QString& engineNote() const { return engineNote_; }

  void start();
  // As start(), on a port that the system chooses.
  void startOnFreePort();
  void stop();
  // Stop, then start.
  void restart();
  // For the end of the program: ends an engine of our own, leaves another's alone. `shutDown` follows.
  void shutDownOwn();
  void dismissNotice();
  // From the next start on; empty: the engine's default.
  void setListen(QStringList listen) { listen_ = std::move(listen); }
  // From the next start on: options of sluiced that say how much is kept.
  void setKeeping(QStringList options) { keeping_ = std::move(options); }
  // Whether an engine of ours, if one runs, was started with that.
  bool isListenInForce() const { return !isOwn() || launchedListen_ == listen_; }
  bool isKeepingInForce() const { return !isOwn() || launchedKeeping_ == keeping_; }
  // From the next start on.
  void setSwitches(EngineStart switches) { switches_ = switches; }

 signals:
  void stateChanged();
  void noticeChanged();
  void attached();  // to an engine that was not there before: everything read earlier may be out of date
  void sampled(const sluice::control::StatusSample& sample);
  void changed(const sluice::control::Changed& changed);
  void shutDown();

 private:
  void setState(EngineState state);
  void setListeners(const std::vector<control::ListenerStatus>& listeners);
  void setNotice(EngineNotice notice);
  bool attachToRunning();
  bool otherMayRun() const;
  void launch();
  void lookAgain();
  void linkAttached(const control::StatusReply& status);
  void linkLost(const QString& why);
  void processEnded(bool crashed, int exitCode);
  void startFailed(const QString& why);
  void diedWhileRunning(const QString& how);
  void stopped();

  const Options options_;  // Immutable after construction.
  EngineProcess process_;
  EngineLink link_;
  QTimer lookTimer_;            // looks for the address of an engine that is starting, or that somebody else may start
  QElapsedTimer sinceRestart_;  // valid after the first automatic restart
  EngineState state_ = EngineState::Stopped;
  EngineNotice notice_;
  QStringList listeners_;
  QString proxyAddress_;
  QString engineNote_;
  QStringList listen_;
  QStringList listenOverride_;
  QStringList keeping_;
  QStringList launchedListen_, launchedKeeping_;
  EngineStart switches_;
  bool startWhenStopped_ = false;
  bool shuttingDown_ = false;
  bool reattaching_ = false;      // to an engine of another program, which let go of this window and may still run
  bool stoppedByOthers_ = false;  // the engine ends in order, and it was not us who asked
};

}  // namespace sluice::gui
