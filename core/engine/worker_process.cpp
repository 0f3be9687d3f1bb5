#include "core/engine/worker_process.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/control/decode.h"
#include "core/control/encode.h"
#include "core/control/frame_reader.h"
#include "core/engine/key_log.h"
#include "core/throttle/profile_json.h"
#include "platform/child_process.h"
#include "platform/process.h"
#include "platform/thread.h"

namespace sluice::engine {

port::Port::Options workerPortOptions() {
  port::Port::Options options;
  options.ownPid = static_cast<std::uint32_t>(platform::ownProcessId());
  options.peerPid = static_cast<std::uint32_t>(platform::parentProcessId());
  options.protocol = kWorkerProtocol;
  options.memory.bytesMax = limits::kWorkerSegmentsMax * port::segmentBytes(port::kSegmentChunksMax);
  return options;
}

namespace {

control::ConnectionsReply replyOf(const std::vector<ConnectionSnapshot>& all) {
  using Phase = session::HttpSession::Phase;
  control::ConnectionsReply reply;
  reply.total = all.size();
  for (const auto& each : all) {
    const auto state = each.phase == Phase::Tunnel || each.phase == Phase::Sniff ? control::ConnectionState::Tunnel
                       : each.exchange                                          ? control::ConnectionState::Exchange
                                                                                : control::ConnectionState::Idle;
    reply.rows.push_back({each.connection, state, each.exchange, each.openedAt, each.clientAddress, each.listener, each.target,
                          each.exchanges, each.bytesUp, each.bytesDown, each.program, each.process, each.limit});
  }
  return reply;
}

control::Reply outcome(bool found) {
  if (found) return control::Done{};
  return control::Failure{{Code::NotFound, Side::Local, 0, "not a connection of this worker"}};
}

// 0, which no connection has, where it is no number.
std::uint64_t numberOf(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

platform::OwnedHandle inherited(WorkerHandle which) { return platform::inheritedHandle(static_cast<std::size_t>(which)); }

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(EngineSettings settings, Log log) {
  platform::ignoreStopSignals();
  auto shared = port::SharedPage<EnginePage>::map(inherited(WorkerHandle::Shared));
  if (!shared) return fail(std::move(shared.error()));
  auto counters = port::SharedPage<WorkerCounters>::map(inherited(WorkerHandle::Counters));
  if (!counters) return fail(std::move(counters.error()));
  std::unique_ptr<WorkerProcess> process(new WorkerProcess(
      std::move(settings), std::move(log), platform::PortSocket(inherited(WorkerHandle::Port)), std::move(*shared), std::move(*counters)));
  if (auto started = process->link_.start(); !started) return fail(std::move(started.error()));
  return process;
}

WorkerProcess::WorkerProcess(EngineSettings settings, Log log, platform::PortSocket socket, port::SharedPage<EnginePage> shared,
                             port::SharedPage<WorkerCounters> counters)
    : listeners_(std::move(settings.listeners)),
      keyLogFile_(std::move(settings.keyLogFile)),
      log_(std::move(log)),
      shared_(std::move(shared)),
      counters_(std::move(counters)),
      sender_(counters_.get(), {.capturedBytesMax = settings.worker.capturedBodyBytesMax}),
      worker_(std::move(settings.worker), &sender_, shared_.get(), counters_.get()),
      link_(worker_.loop(), std::move(socket), workerPortOptions(), *this) {
  tls_.policy = std::move(settings.interception);
  sender_.attach(worker_.loop(), link_.port());
}

Error WorkerProcess::run() {
  platform::beginThread(nullptr, platform::Urgency::Prompt);
  worker_.run();
  sender_.flush();
  // The recorder may be slow: what is recorded waits for its chunks as long as there is somebody to send it to.
  while (!failure_ && !(sender_.isEmpty() && !link_.port().hasBacklog())) turn();
  if (failure_) {
    sender_.flush();  // what it has packed goes nowhere, and is let go
    return *failure_;
  }
  // A supervisor that is far behind hears of it all the same: it tells when there is room, and the loop turns.
  while (!failure_ && send(WorkerMessage::Drained, 0, {}) == port::Sent::Again) turn();
  while (!failure_ && link_.port().hasBacklog()) turn();
  return failure_.value_or(Error{});
}

// The worker stops its loop again when its last connection ends, or the time is over, after run() has returned.
void WorkerProcess::turn() {
  worker_.loop().restart();
  worker_.loop().run_one();
}

void WorkerProcess::portReceived(port::Incoming& message) {
  switch (static_cast<WorkerMessage>(message.type)) {
    case WorkerMessage::Roots: tls_.roots += asText(message.payload); return;
    case WorkerMessage::AuthorityCertificate: tls_.authorityCertificate += asText(message.payload); return;
    case WorkerMessage::AuthorityKey: tls_.authorityKey += asText(message.payload); return;
    case WorkerMessage::TlsComplete: return openTls();
    case WorkerMessage::PassThrough: passThrough_ += asText(message.payload); return;
    case WorkerMessage::PassThroughComplete: return usePassThrough();
    case WorkerMessage::Switches: return useSwitches(message.payload);
    case WorkerMessage::Listen: return listen(message);
    case WorkerMessage::Ask: return answer(message);
    case WorkerMessage::Drain: return worker_.drain();
    case WorkerMessage::Plan: return usePlan(message.payload);
    case WorkerMessage::AreYouThere: return answerThatItIsThere(message.stream);
    case WorkerMessage::Answer:
    case WorkerMessage::Records:
    case WorkerMessage::Drained: break;
  }
  log_("a message of unknown type " + std::to_string(message.type) + " came from the supervisor");
}

// Connections count their bugs at once; what happened beside them shows here.
void WorkerProcess::answerThatItIsThere(std::uint32_t question) {
  counters_.get().bugsSurvived.store(bugCount());
  counters_.get().answered.store(question);
}

// A worker that could not decrypt would serve clients otherwise than they were promised: it ends instead.
void WorkerProcess::openTls() {
  if (!keyLogFile_.empty()) {
    auto log = openKeyLog(keyLogFile_);
    if (!log) return portFailed(log.error());
    tls_.keyLog = std::move(*log);
  }
  auto means = TlsMeans::create(std::exchange(tls_, {}));
  if (!means) return portFailed(means.error());
  worker_.useTls(std::move(*means));
}

void WorkerProcess::usePassThrough() {
  std::vector<std::string> hosts;
  const std::string list = std::exchange(passThrough_, {});
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find('\n', at), list.size());
    hosts.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  worker_.usePassThrough(std::move(hosts));
}

void WorkerProcess::useSwitches(Bytes payload) {
  if (payload.size() < sizeof(SwitchNews)) return log_("switches came without their news");
  const auto news = port::copyOf<SwitchNews>(payload);
  worker_.useSwitches(news.records != 0, news.intercepts != 0);
}

void WorkerProcess::listen(port::Incoming& message) {
  if (message.payload.size() < sizeof(ListenNews)) return log_("a listener came without a word");
  const auto news = port::copyOf<ListenNews>(message.payload);
  const Bytes words = message.payload.subspan(sizeof news);
  if (news.ticketBytes > words.size()) return log_("a listener came with half of its words");
  if (news.index >= listeners_.size()) return log_("listener " + std::to_string(news.index) + " is not known here");
  const auto& entry = listeners_[news.index].entry;
  const std::string ticket(asText(words.first(news.ticketBytes)));
  auto acceptor = net::Acceptor::takeOver(worker_.loop(), ticket, std::move(message.handles[0]));
  if (!acceptor) return log_("a listener cannot be served: " + describe(acceptor.error()));
  worker_.serve(std::move(*acceptor), std::string(asText(words.subspan(news.ticketBytes))), entry);
}

void WorkerProcess::usePlan(Bytes json) {
  auto plan = throttle::planFromJson(asText(json));
  if (!plan) return log_("a plan of network profiles came that is none: " + describe(plan.error()));
  worker_.usePlan(std::move(*plan));
}

void WorkerProcess::limit(const control::UseProfile& use, Replied reply) {
  std::optional<throttle::Profile> profile;
  if (!use.profile.empty()) {
    auto given = throttle::profileFromJson(use.profile);
    if (!given) return reply(control::Failure{given.error()});
    profile = std::move(*given);
  }
  worker_.limit(ConnectionId{numberOf(use.target)}, std::move(profile), [reply = std::move(reply)](bool found) { reply(outcome(found)); });
}

void WorkerProcess::answer(const port::Incoming& message) {
  const auto request = control::decodeRequest(message.payload);
  const auto reply = [this, stream = message.stream](const control::Reply& what) {
    const auto frame = control::encodeReply(stream, what);
    sender_.flush();  // who has the answer finds recorded what went before it
    send(WorkerMessage::Answer, stream, asBytes(frame).subspan(control::kFrameLengthBytes));
  };
  if (request && std::holds_alternative<control::GetConnections>(request->request)) {
    worker_.snapshot([reply](const std::vector<ConnectionSnapshot>& all) { reply(replyOf(all)); });
  } else if (const auto* close = request ? std::get_if<control::CloseConnection>(&request->request) : nullptr) {
    worker_.close(close->connection, [reply](bool closed) { reply(outcome(closed)); });
  } else if (const auto* use = request ? std::get_if<control::UseProfile>(&request->request) : nullptr) {
    limit(*use, reply);
  } else {
    reply(control::Failure{{Code::ProtocolFault, Side::Local, 0, "a worker does not know that request"}});
  }
}

port::Sent WorkerProcess::send(WorkerMessage type, std::uint32_t stream, Bytes payload) {
  port::Outgoing message;
  message.type = static_cast<std::uint8_t>(type);
  message.stream = stream;
  message.payload = payload;
  return link_.port().send(message);
}

// Nobody records any more and nobody could stop this process: it ends, and its connections with it.
void WorkerProcess::portFailed(const Error& why) {
  failure_ = why;
  worker_.loop().stop();
}

}  // namespace sluice::engine
