#include "app/gui/engine/engine_keeper.h"

#include "app/gui/text/visible_text.h"
#include "platform/data_dir_lock.h"

namespace sluice::gui {
namespace {

constexpr int kNoteCharactersMax = 2000;  // some sentences
constexpr int kLookWhileStartingMs = 25;
constexpr int kLookWhileWaitingMs = 1000;
// A second death within this time is not mended by itself: something is wrong that a restart does not cure.
constexpr qint64 kRestartOnceWithinMs = 60'000;

QString pathText(const std::filesystem::path& path) { return QString::fromStdU16String(path.u16string()); }

}  // namespace

EngineKeeper::EngineKeeper(Options options, QObject* parent) : QObject(parent), options_(std::move(options)), listen_(options_.listen) {
  lookTimer_.setSingleShot(true);
  connect(&lookTimer_, &QTimer::timeout, this, &EngineKeeper::lookAgain);
  connect(&process_, &EngineProcess::listening, this, &EngineKeeper::lookAgain);
  connect(&process_, &EngineProcess::failedToStart, this, &EngineKeeper::startFailed);
  connect(&process_, &EngineProcess::ended, this, &EngineKeeper::processEnded);
  connect(&link_, &EngineLink::attached, this, &EngineKeeper::linkAttached);
  connect(&link_, &EngineLink::lost, this, &EngineKeeper::linkLost);
  connect(&link_, &EngineLink::stopping, this, [this] {
    if (state_ == EngineState::Running) stoppedByOthers_ = true;
    setState(EngineState::Stopping);
  });
  connect(&link_, &EngineLink::sampled, this, &EngineKeeper::sampled);
  connect(&link_, &EngineLink::changed, this, &EngineKeeper::changed);
}

void EngineKeeper::setState(EngineState state) {
  if (state == state_) return;
  state_ = state;
  emit stateChanged();
}

// A reverse proxy or a SOCKS listener is no place to send a browser or the whole desktop to.
void EngineKeeper::setListeners(const std::vector<control::ListenerStatus>& listeners) {
  listeners_.clear();
  proxyAddress_.clear();
  for (const auto& listener : listeners) {
    listeners_ << visibleLine(listener.address, 128);
    if (proxyAddress_.isEmpty() && listener.kind == "regular") proxyAddress_ = listeners_.back();
  }
}

QString EngineKeeper::whyNoProxy() const {
  if (state_ != EngineState::Running) return tr("No engine is running");
  return tr("The engine has no listener that is a proxy for this: regular@ADDRESS:PORT");
}

void EngineKeeper::setNotice(EngineNotice notice) {
  notice_ = std::move(notice);
  emit noticeChanged();
}

void EngineKeeper::dismissNotice() { setNotice({}); }

// --- starting ---------------------------------------------------------------------------------------------------

void EngineKeeper::start() {
  if (state_ == EngineState::Starting || state_ == EngineState::Running || state_ == EngineState::Stopping) return;
  dismissNotice();
  stoppedByOthers_ = reattaching_ = false;
  setState(EngineState::Starting);
  if (!attachToRunning()) linkLost({});
}

void EngineKeeper::startOnFreePort() {
  listenOverride_ = QStringList{QStringLiteral("regular@127.0.0.1:0")};
  start();
}

// Whether somebody published an address to try; `linkAttached` or `linkLost` follows.
bool EngineKeeper::attachToRunning() {
  const auto owner = platform::engineOwner(options_.dataDir);
  if (!owner || owner->controlAddress.empty()) return false;
  // The file may still speak of an engine that died; ours would have another pid.
  if (process_.isRunning() && owner->pid != process_.pid()) return false;
  link_.connectTo(QString::fromStdString(owner->controlAddress));
  return true;
}

bool EngineKeeper::otherMayRun() const {
  const auto owner = platform::engineOwner(options_.dataDir);
  return owner && platform::mayBeRunning(*owner);
}

void EngineKeeper::launch() {
  QStringList arguments{QStringLiteral("--data-dir"), pathText(options_.dataDir)};
  const QStringList& listen = listenOverride_.isEmpty() ? listen_ : listenOverride_;
  launchedListen_ = listen_;
  launchedKeeping_ = keeping_;
  for (const QString& spec : listen) arguments << QStringLiteral("--listen") << spec;
  arguments << keeping_;
  if (!switches_.records) arguments << QStringLiteral("--capture") << QStringLiteral("off");
  if (!switches_.intercepts) arguments << QStringLiteral("--intercept") << QStringLiteral("off");
  process_.start(options_.program, arguments);
}

void EngineKeeper::lookAgain() {
  if (link_.isAttached()) return;
  if (reattaching_) {
    if (!attachToRunning()) linkLost({});
  } else if (state_ == EngineState::Starting && !process_.listeners().isEmpty()) {
    if (!attachToRunning()) lookTimer_.start(kLookWhileStartingMs);
  } else if (state_ == EngineState::Waiting) {
    if (!attachToRunning()) lookTimer_.start(kLookWhileWaitingMs);
  }
}

void EngineKeeper::linkAttached(const control::StatusReply& status) {
  setListeners(status.listeners);
  engineNote_ = visibleLine(status.storeNotice, kNoteCharactersMax);
  reattaching_ = false;
  if (state_ == EngineState::Waiting) dismissNotice();
  setState(EngineState::Running);
  emit attached();
  emit sampled(status.now);
}

void EngineKeeper::linkLost(const QString& why) {
  switch (state_) {
    case EngineState::Starting:
      if (std::exchange(reattaching_, false)) return diedWhileRunning(why);
      if (!why.isEmpty() && !process_.isRunning()) return startFailed(why);
      if (process_.isRunning()) return lookTimer_.start(kLookWhileStartingMs);
      if (!options_.attachOnly) return launch();
      setState(EngineState::Waiting);
      setNotice({EngineNotice::Level::Info, tr("No engine is running on %1.").arg(pathText(options_.dataDir)),
                 tr("This window only attaches: it waits for one."), EngineNotice::Offer::Nothing});
      return lookTimer_.start(kLookWhileWaitingMs);
    case EngineState::Waiting: return lookTimer_.start(kLookWhileWaitingMs);
    case EngineState::Running:
      // An engine of ours is watched as a process too: its end, if this is it, is told there.
      if (!process_.isRunning() && !otherMayRun()) return diedWhileRunning(why);
      setState(EngineState::Starting);
      // One of another program lets go of a window that has not read for long, say: what was missed is in the history. Not at once: a
      // socket that tells of its end cannot be used before it has returned.
      reattaching_ = !process_.isRunning();
      return lookTimer_.start(kLookWhileStartingMs);
    case EngineState::Stopping:
      if (!process_.isRunning()) stopped();
      return;
    case EngineState::Stopped:
    case EngineState::Failed: return;
  }
}

// --- endings ----------------------------------------------------------------------------------------------------

void EngineKeeper::processEnded(bool crashed, int exitCode) {
  const bool hadListened = !process_.listeners().isEmpty();
  lookTimer_.stop();
  link_.drop();
  if (state_ == EngineState::Stopping) return stopped();
  if (hadListened && !crashed && exitCode == 0) {
    stoppedByOthers_ = true;  // in order, so somebody asked: the news of it was lost with the connection
    return stopped();
  }
  if (!hadListened) return startFailed({});
  diedWhileRunning(crashed ? QString() : tr("Its exit status was %1.").arg(exitCode));
}

void EngineKeeper::startFailed(const QString& why) {
  setListeners({});
  if (state_ == EngineState::Stopping) return stopped();
  EngineNotice notice{EngineNotice::Level::Bad, tr("The engine could not start."), why, EngineNotice::Offer::Start};
  const QString lastWords = process_.lastWords();
  if (!lastWords.isEmpty()) notice.detail = lastWords;
  if (notice.detail.isEmpty()) notice.detail = tr("It gave no reason.");
  // The engine's own words (see core/engine): the one failure that another port cures.
  if (notice.detail.contains(QLatin1String("cannot listen on"))) notice.offer = EngineNotice::Offer::StartOnFreePort;
  setState(EngineState::Failed);
  setNotice(notice);
}

void EngineKeeper::diedWhileRunning(const QString& how) {
  setListeners({});
  const bool wasOwn = !process_.listeners().isEmpty();
  if (options_.attachOnly) {
    setState(EngineState::Stopped);
    return start();
  }
  QStringList details{how, wasOwn ? process_.lastWords() : QString()};
  details.removeAll(QString());
  const QString detail = details.join(u'\n');
  const bool again = sinceRestart_.isValid() && sinceRestart_.elapsed() < kRestartOnceWithinMs;
  setState(EngineState::Stopped);
  if (again) {
    setState(EngineState::Failed);
    setNotice({EngineNotice::Level::Bad, tr("The engine crashed again, soon after it was restarted."), detail,
               EngineNotice::Offer::Start});
    return;
  }
  sinceRestart_.start();
  start();
  setNotice(
      {EngineNotice::Level::Warning,
       tr("The engine crashed and was restarted. Connections that were open are lost; everything recorded is kept."),
       detail, EngineNotice::Offer::Nothing});
}

void EngineKeeper::stop() {
  if (state_ == EngineState::Stopped || state_ == EngineState::Stopping) return;
  lookTimer_.stop();
  const bool attached = link_.isAttached();
  setState(EngineState::Stopping);
  if (attached) link_.requestStop();  // works on every system, unlike a signal to a program without a window
  if (process_.isRunning()) {
    attached ? process_.expectEnd() : process_.terminate();
  } else if (!attached) {
    link_.drop();
    stopped();
  }
}

void EngineKeeper::restart() {
  startWhenStopped_ = true;
  stop();
  if (state_ == EngineState::Stopped && startWhenStopped_) stopped();
}

void EngineKeeper::shutDownOwn() {
  shuttingDown_ = true;
  startWhenStopped_ = false;
  lookTimer_.stop();
  if (process_.isRunning()) {
    if (state_ != EngineState::Stopping) stop();
    return;
  }
  link_.drop();
  stopped();
}

void EngineKeeper::stopped() {
  setListeners({});
  setState(EngineState::Stopped);
  if (shuttingDown_) {
    emit shutDown();
  } else if (std::exchange(startWhenStopped_, false)) {
    start();
  } else if (!stoppedByOthers_) {
    dismissNotice();
  } else if (options_.attachOnly) {
    start();
  } else {
    // sluicectl stop, another window, a signal.
    setNotice({EngineNotice::Level::Info, tr("The engine was stopped."), {}, EngineNotice::Offer::Start});
  }
}

}  // namespace sluice::gui
