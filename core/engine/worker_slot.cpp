#include "core/engine/worker_slot.h"

#include <algorithm>
#include <asio/post.hpp>
#include <utility>

#include "core/base/limits.h"
#include "core/control/decode.h"
#include "core/control/encode.h"
#include "core/control/frame_reader.h"
#include "core/engine/clock.h"
#include "platform/process.h"

namespace sluice::engine {
namespace {

using Steady = std::chrono::steady_clock;

// Who lives less long would most likely die again at once.
constexpr auto kSoon = std::chrono::seconds(10);
constexpr auto kFirstPause = std::chrono::milliseconds(500);
constexpr unsigned kPausesMax = 6;  // doubled each time: 16 s at most

Steady::duration pauseAfter(unsigned soonDeaths) {
  // The first death is an accident: its connections' clients come back right away.
  return soonDeaths <= 1 ? Steady::duration::zero() : Steady::duration(kFirstPause * (1 << std::min(soonDeaths - 2, kPausesMax - 1)));
}

void addTotals(WorkerCounters& sum, const WorkerCounters& each) {
  sum.bytesUp.add(each.bytesUp.load());
  sum.bytesDown.add(each.bytesDown.load());
  sum.backPressure.add(each.backPressure.load());
  sum.refusedBodyBytes.add(each.refusedBodyBytes.load());
  sum.cutBodies.add(each.cutBodies.load());
  sum.droppedExchanges.add(each.droppedExchanges.load());
  sum.bugsSurvived.add(each.bugsSurvived.load());
}

}  // namespace

WorkerSlot::WorkerSlot(const Means& means, std::size_t index) : means_(means), index_(index), restartTimer_(means.loop) {}

WorkerSlot::~WorkerSlot() { *alive_ = false; }

std::string WorkerSlot::name() const { return "worker " + std::to_string(index_ + 1); }

Result<void> WorkerSlot::start() {
  auto counters = port::SharedPage<WorkerCounters>::create();
  if (!counters) return fail(std::move(counters.error()));
  counters->get().index.store(index_);
  auto sockets = platform::PortSocket::makePair(limits::kPortMessageBytes);
  if (!sockets) return fail(std::move(sockets.error()));
  const auto theirs = sockets->second.take();
  const platform::Handle handles[] = {theirs.get(), means_.shared.handle(), counters->handle()};
  auto child = platform::ChildProcess::spawn(means_.settings.workerProgram, means_.settings.workerArguments, handles);
  if (!child) return fail(std::move(child.error()));
  sockets->first.setPeer(child->process());

  port::Port::Options options;
  options.ownPid = static_cast<std::uint32_t>(platform::ownProcessId());
  options.peerPid = static_cast<std::uint32_t>(child->id());
  options.id = static_cast<std::uint32_t>(index_);
  options.protocol = kWorkerProtocol;
  PortLink::Owner& owner = *this;
  auto link = std::make_unique<PortLink>(means_.loop, std::move(sockets->first), options, owner);
  if (auto started = link->start(); !started) return started;
  intakes_.push_back(std::make_unique<RecordIntake>(means_.sink, means_.mayRecord, means_.open));
  endedBecause_.clear();
  drained_ = false;
  running_.emplace(Running{std::move(*counters), std::move(*child), std::move(link), Steady::now(),
                           Patience(means_.settings.workerPatienceSeconds)});
  sendTls();
  sendPassThrough();
  sendSwitches();
  sendPlan();
  handListeners();
  return {};
}

void WorkerSlot::send(WorkerMessage type, std::uint32_t stream, Bytes payload) {
  port::Outgoing message;
  message.type = static_cast<std::uint8_t>(type);
  message.stream = stream;
  message.payload = payload;
  if (running_->link->port().send(message) == port::Sent::Again) portNote("takes no messages");
}

// In messages of one fragment each: those keep their order, and so a worker has them before it has a listener.
void WorkerSlot::sendPieces(WorkerMessage type, const std::string& text) {
  for (Bytes rest = asBytes(text); !rest.empty(); rest = rest.subspan(std::min(rest.size(), limits::kWorkerSettingsPieceBytes))) {
    send(type, 0, rest.first(std::min(rest.size(), limits::kWorkerSettingsPieceBytes)));
  }
}

void WorkerSlot::sendTls() {
  sendPieces(WorkerMessage::Roots, means_.tls.roots);
  sendPieces(WorkerMessage::AuthorityCertificate, means_.tls.authorityCertificate);
  sendPieces(WorkerMessage::AuthorityKey, means_.tls.authorityKey);
  send(WorkerMessage::TlsComplete, 0, {});
}

void WorkerSlot::sendPassThrough() {
  if (!running_) return;
  std::string list;
  for (const auto& host : means_.settings.interception.passThrough) list += host + "\n";
  sendPieces(WorkerMessage::PassThrough, list);
  send(WorkerMessage::PassThroughComplete, 0, {});
}

void WorkerSlot::sendSwitches() {
  if (!running_) return;
  const SwitchNews news{means_.settings.worker.capture ? 1U : 0U, means_.settings.interception.intercept ? 1U : 0U};
  send(WorkerMessage::Switches, 0, port::bytesOf(news));
}

// A worker that starts has the profile of the command line; since then it may have been changed.
void WorkerSlot::sendPlan() {
  if (!running_) return;
  const auto json = throttle::planToJson(means_.plan);
  send(WorkerMessage::Plan, 0, asBytes(json));
}

void WorkerSlot::handListeners() {
  for (std::uint32_t i = 0; i < means_.listening.size(); ++i) {
    const auto& each = means_.listening[i];
    const auto ticket = each.listener.ticketFor(running_->child.id());
    if (!ticket) {
      portNote("does not get a listener: " + describe(ticket.error()));
      continue;
    }
    const ListenNews news{i, static_cast<std::uint32_t>(ticket->text.size())};
    const std::string payload = std::string(asText(port::bytesOf(news))) + ticket->text + each.label;
    port::Outgoing message;
    message.type = static_cast<std::uint8_t>(WorkerMessage::Listen);
    message.payload = asBytes(payload);
    message.handles = ticket->handles;
    message.done = [this](port::Sent) { listenerHanded(); };
    const auto sent = running_->link->port().send(message);
    if (sent == port::Sent::Queued) ++listenersOnTheirWay_;
    if (sent == port::Sent::Again) portNote("takes no messages");
  }
}

void WorkerSlot::listenerHanded() {
  if (listenersOnTheirWay_ > 0 && --listenersOnTheirWay_ == 0) means_.changed();
}

void WorkerSlot::drain() {
  if (std::exchange(draining_, true)) return;
  restartTimer_.cancel();
  if (!running_) return;
  if (running_->link->port().isReady()) return send(WorkerMessage::Drain, 0, {});
  drained_ = true;  // it has not begun
  running_->child.kill();
}

void WorkerSlot::kill() {
  if (running_) running_->child.kill();  // its socket tells
}

// A process that hangs keeps its socket open: nobody but this would ever notice. One that has not greeted yet is being started,
// which may take long on a busy machine.
void WorkerSlot::tick() {
  if (!running_ || draining_ || !running_->link->port().isReady()) return;
  auto& patience = running_->patience;
  switch (patience.tick(running_->counters.get().answered.load())) {
    case Patience::Act::Nothing: return;
    case Patience::Act::Ask: return send(WorkerMessage::AreYouThere, patience.asked(), {});
    case Patience::Act::GiveUp:
      portNote("has not answered for " + std::to_string(means_.settings.workerPatienceSeconds) + " s and is replaced");
      return kill();
  }
}

void WorkerSlot::ask(const control::Request& request, Answered answered) {
  if (!running_ || running_->link->port().hasFailed()) return answered(std::nullopt);
  const std::uint32_t stream = nextStream_++;
  asked_.emplace_back(stream, std::move(answered));
  const auto frame = control::encodeRequest(stream, request);
  send(WorkerMessage::Ask, stream, asBytes(frame).subspan(control::kFrameLengthBytes));
}

void WorkerSlot::pump() {
  for (const auto& intake : intakes_) intake->pump();
  dropFinishedIntakes();
}

void WorkerSlot::dropFinishedIntakes() {
  const auto dropped = std::erase_if(intakes_, [this](const auto& intake) {
    if (!intake->isFinished()) return false;
    badRecordsGone_ += intake->badRecords();
    return true;
  });
  if (dropped > 0) means_.changed();
}

WorkerSlot::Figures WorkerSlot::figures() const {
  Figures figures;
  figures.counters = gone_;
  figures.restarts = restarts_;
  figures.badRecords = badRecordsGone_;
  figures.runs = running_.has_value();
  if (running_) {
    const auto& now = running_->counters.get();
    addTotals(figures.counters, now);
    figures.counters.openConnections.store(now.openConnections.load());
    figures.counters.openExchanges.store(now.openExchanges.load());
    figures.counters.backlogBytes.store(now.backlogBytes.load());
    figures.memory = running_->link->port().peerMemory().use();
    const auto sent = now.recordMessages.load();
    const auto taken = running_->recordMessages;
    figures.queuedMessages = sent > taken ? sent - taken : 0;
  }
  for (const auto& intake : intakes_) {
    figures.waitingBytes += intake->waitingBytes();
    figures.badRecords += intake->badRecords();
  }
  return figures;
}

void WorkerSlot::portReceived(port::Incoming& message) {
  switch (static_cast<WorkerMessage>(message.type)) {
    case WorkerMessage::Records:
      ++running_->recordMessages;
      return intakes_.back()->add(std::move(message.buffers));
    case WorkerMessage::Answer: return answered(message.stream, message.payload);
    case WorkerMessage::Drained: drained_ = true; return;
    case WorkerMessage::Listen:
    case WorkerMessage::Ask:
    case WorkerMessage::Drain:
    case WorkerMessage::AreYouThere:
    case WorkerMessage::Plan:
    case WorkerMessage::PassThrough:
    case WorkerMessage::PassThroughComplete:
    case WorkerMessage::Switches:
    case WorkerMessage::Roots:
    case WorkerMessage::AuthorityCertificate:
    case WorkerMessage::AuthorityKey:
    case WorkerMessage::TlsComplete: break;
  }
  fault("sent a message of unknown type " + std::to_string(message.type));
}

// A worker that breaks the rules is replaced, and has one line of the log: each death makes the next one wait longer.
void WorkerSlot::fault(std::string what) { running_->link->port().fail({Code::ProtocolFault, Side::Local, 0, "it " + std::move(what)}); }

void WorkerSlot::answered(std::uint32_t stream, Bytes payload) {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [stream](const auto& each) { return each.first == stream; });
  if (found == asked_.end()) return fault("answered what was not asked");
  const auto tell = std::move(found->second);
  asked_.erase(found);
  auto reply = control::decodeReply(payload);
  tell(reply ? std::optional(std::move(reply->reply)) : std::nullopt);
}

void WorkerSlot::portNote(const std::string& what) { means_.settings.log(name() + " " + what); }

// The link cannot go while it is calling.
void WorkerSlot::portFailed(const Error& why) {
  endedBecause_ = describe(why);
  asio::post(means_.loop, [this, alive = alive_] {
    if (*alive) ended();
  });
}

void WorkerSlot::ended() {
  if (!running_) return;
  const auto exit = running_->child.kill();
  const bool soon = Steady::now() - running_->startedAt < kSoon;
  addTotals(gone_, running_->counters.get());
  for (auto& lane : means_.shared.get().rates) {
    for (auto* bucket : {&lane.down, &lane.up}) throttle::Bucket(*bucket).forget(index_);
  }
  const bool asItShould = draining_ && drained_;
  if (!asItShould) portNote("ended: " + platform::describe(exit) + " (" + endedBecause_ + ")");
  for (auto& [stream, tell] : std::exchange(asked_, {})) tell(std::nullopt);
  intakes_.back()->workerGone({Code::Aborted, Side::Local, 0, "a worker process of the engine crashed"},
                              [] { return readClocks().wall; });
  running_.reset();
  listenersOnTheirWay_ = 0;
  soonDeaths_ = soon ? soonDeaths_ + 1 : 1;
  dropFinishedIntakes();
  means_.changed();
  if (!draining_) startAgain();
}

void WorkerSlot::startAgain() {
  const auto pause = pauseAfter(soonDeaths_);
  if (pause > Steady::duration::zero()) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(pause).count();
    portNote("died soon after its start; the next one starts in " + std::to_string(milliseconds) + " ms");
  }
  restartTimer_.expires_after(pause);
  restartTimer_.async_wait([this](const std::error_code& code) {
    if (code || draining_) return;
    if (auto started = start(); !started) {
      portNote("could not be started again: " + describe(started.error()));
      ++soonDeaths_;
      return startAgain();
    }
    ++restarts_;
  });
}

}  // namespace sluice::engine
