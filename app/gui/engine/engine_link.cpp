#include "app/gui/engine/engine_link.h"

#include <QCoreApplication>

#include "app/gui/text/visible_text.h"
#include "core/base/limits.h"
#include "core/control/decode.h"
#include "core/control/encode.h"

namespace sluice::gui {
namespace {

control::Hello ourHello() {
  control::Hello hello;
  hello.program = "sluice";
  hello.version = QCoreApplication::applicationVersion().toStdString();
  hello.pid = std::uint64_t(QCoreApplication::applicationPid());
  return hello;
}

}  // namespace

EngineLink::EngineLink(QObject* parent) : QObject(parent) {
  answerTimer_.setSingleShot(true);
  answerTimer_.setInterval(kAnswerWithinMs);
  connect(&answerTimer_, &QTimer::timeout, this, [this] { fail(tr("The engine does not answer.")); });
  connect(&socket_, &QLocalSocket::connected, this, [this] { send(0, ourHello()); });
  connect(&socket_, &QLocalSocket::readyRead, this, &EngineLink::read);
  connect(&socket_, &QLocalSocket::disconnected, this, [this] { fail({}); });
  connect(&socket_, &QLocalSocket::errorOccurred, this, [this] { fail({}); });
}

EngineLink::~EngineLink() { disconnect(&socket_, nullptr, this, nullptr); }

void EngineLink::connectTo(const QString& address) {
  drop();
  frames_ = std::make_unique<control::FrameReader>(limits::kControlFrameBytesMax);
  open_ = true;
  address_ = address;
  answerTimer_.start();
  socket_.connectToServer(address);
}

void EngineLink::drop() {
  open_ = greeted_ = attached_ = askedForConnections_ = false;
  nextStream_ = 1;
  selfTest_ = 0;
  answerTimer_.stop();
  socket_.abort();
  for (const auto& [stream, answered] : std::exchange(waiting_, {})) answered(tr("The engine went away."));
}

void EngineLink::requestStop() { send(nextStream_++, control::Stop{}); }

void EngineLink::requestStatus() { send(nextStream_++, control::GetStatus{}); }

void EngineLink::requestConnections() {
  if (std::exchange(askedForConnections_, true)) return;
  send(nextStream_++, control::GetConnections{});
}

void EngineLink::closeConnection(ConnectionId connection) {
  send(nextStream_++, control::CloseConnection{connection});
}

void EngineLink::requestProfiles() { send(nextStream_++, control::GetProfile{}); }

void EngineLink::useProfile(const control::UseProfile& use) { send(nextStream_++, use); }

void EngineLink::saveProfile(const std::string& json, std::function<void()> saved) {
  order(control::SaveProfile{json}, [this, saved = std::move(saved)] {
    requestProfiles();
    saved();
  });
}

void EngineLink::deleteProfile(const std::string& name) {
  order(control::DeleteProfile{name}, [this] { requestProfiles(); });
}

void EngineLink::startSelfTest(const std::string& json) {
  selfTest_ = nextStream_++;
  send(selfTest_, control::SelfTest{json});
}

void EngineLink::setPassThrough(const std::string& host, bool passes) {
  // In force once it is answered, which waits for the disk.
  order(control::SetPassThrough{host, passes}, [this] { requestPassThrough(); });
}

void EngineLink::requestPassThrough() { send(nextStream_++, control::GetPassThrough{}); }

void EngineLink::annotate(std::vector<ExchangeId> exchanges, const Annotation& annotation) {
  send(nextStream_++, control::Annotate{std::move(exchanges), annotation});
}

void EngineLink::setSwitch(control::SwitchKind what, bool on) { send(nextStream_++, control::SetSwitch{what, on}); }

void EngineLink::clearHistory(std::function<void()> cleared) { order(control::ClearHistory{}, std::move(cleared)); }

void EngineLink::importRecords(std::string records, Answered answered) {
  ask(control::ImportRecords{std::move(records)}, std::move(answered));
}

void EngineLink::syncHistory(Answered answered) { ask(control::SyncHistory{}, std::move(answered)); }

void EngineLink::ask(const control::Request& request, Answered answered) {
  waiting_[nextStream_] = std::move(answered);
  send(nextStream_++, request);
}

void EngineLink::order(const control::Request& request, std::function<void()> done) {
  ask(request, [this, done = std::move(done)](const QString& problem) {
    if (problem.isEmpty()) done();
    else emit refused(problem);
  });
}

bool EngineLink::answer(control::StreamId stream, const QString& problem) {
  const auto found = waiting_.find(stream);
  if (found == waiting_.end()) return false;
  const Answered answered = std::move(found->second);
  waiting_.erase(found);
  answered(problem);
  return true;
}

void EngineLink::send(control::StreamId stream, const control::Request& request) {
  const std::string bytes = control::encodeRequest(stream, request);
  socket_.write(bytes.data(), qint64(bytes.size()));
}

void EngineLink::read() {
  const QByteArray received = socket_.readAll();
  Bytes rest = asBytes({received.data(), std::size_t(received.size())});
  while (open_) {
    auto frame = frames_->next(rest);
    if (!frame) return fail(tr("The engine sent something that is no message of its protocol."));
    if (!*frame) return;
    takeFrame(**frame);
  }
}

void EngineLink::takeFrame(Bytes frame) {
  const auto message = control::decodeReply(frame);
  if (!message) return fail(tr("The engine sent something that is no message of its protocol."));
  const control::Reply& reply = message->reply;
  if (const auto* hello = std::get_if<control::Hello>(&reply)) return takeHello(*hello);
  if (const auto* failure = std::get_if<control::Failure>(&reply)) {
    // Never empty, which would say that all is well.
    const Error& error = failure->error;
    return takeFailure(message->stream, visibleLine(error.detail.empty() ? describe(error) : error.detail));
  }
  if (std::holds_alternative<control::Done>(reply)) return void(answer(message->stream, {}));
  if (const auto* test = std::get_if<control::SelfTestReply>(&reply)) {
    selfTest_ = 0;
    return emit selfTestEnded(*test, {});
  }
  if (const auto* profiles = std::get_if<control::ProfileReply>(&reply)) return emit profilesReceived(*profiles);
  if (const auto* list = std::get_if<control::PassThroughReply>(&reply)) return emit passThroughReceived(*list);
  if (const auto* status = std::get_if<control::StatusReply>(&reply)) return takeStatus(*status);
  if (const auto* connections = std::get_if<control::ConnectionsReply>(&reply)) {
    askedForConnections_ = false;
    return emit connectionsReceived(*connections);
  }
  if (const auto* sample = std::get_if<control::StatusSample>(&reply)) emit sampled(*sample);
  if (const auto* change = std::get_if<control::Changed>(&reply)) emit changed(*change);
  if (std::holds_alternative<control::Stopping>(reply)) emit stopping();
}

void EngineLink::takeFailure(control::StreamId stream, const QString& why) {
  if (!attached_) return fail(why);
  if (answer(stream, why)) return;
  if (stream == 0 || stream != selfTest_) return emit refused(why);
  selfTest_ = 0;
  emit selfTestEnded(std::nullopt, why);
}

void EngineLink::takeHello(const control::Hello& hello) {
  if (greeted_) return;
  if (const auto why = control::incompatibility(ourHello(), hello)) return fail(visibleLine(why->detail));
  greeted_ = true;
  // Events begin before the status is read, so that no change falls between the two.
  send(nextStream_++, control::Subscribe{});
  requestStatus();
}

void EngineLink::takeStatus(const control::StatusReply& status) {
  answerTimer_.stop();
  if (attached_) {
    emit statusReceived(status);
  } else {
    attached_ = true;
    emit attached(status);
  }
}

void EngineLink::fail(const QString& why) {
  if (!open_) return;
  drop();
  emit lost(why);
}

}  // namespace sluice::gui
