// The control connection to an engine, ours or another's: says hello, subscribes, passes on what the engine tells. GUI
// thread.
#pragma once

#include <QLocalSocket>
#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/control/frame_reader.h"
#include "core/control/messages.h"

namespace sluice::gui {

class EngineLink : public QObject {
  Q_OBJECT
 public:
  explicit EngineLink(QObject* parent = nullptr);
  ~EngineLink() override;

  // Drops what there was and connects to the address that an engine published. `attached` or `lost` follows.
  void connectTo(const QString& address);
  void drop();
  bool isAttached() const { return attached_; }
  // Neither `attached` nor `lost` has followed yet.
  bool isConnecting() const { return open_ && !attached_; }
  // What it connected to last.
  QString address() const { return address_; }

  // Asks the engine to drain and end. REQUIRES: isAttached().
  void requestStop();
  // Asks for every open connection; `connectionsReceived` follows. One question at a time. REQUIRES: isAttached().
  void requestConnections();
  // REQUIRES: isAttached().
  void closeConnection(ConnectionId connection);
  // Never decrypts this host from its next connection on, or does so again: `passThroughReceived` or `refused` follows.
  // REQUIRES: isAttached().
  void setPassThrough(const std::string& host, bool passes);
  // `passThroughReceived` follows.
  void requestPassThrough();
  // Says this of exchanges, kAnnotatedAtOnceMax at most. `refused` may follow. REQUIRES: isAttached().
  void annotate(std::vector<ExchangeId> exchanges, const Annotation& annotation);
  // `refused` may follow. REQUIRES: isAttached().
  void setSwitch(control::SwitchKind what, bool on);
  // An empty history takes the place of this one: then `cleared` is called, else `refused` emitted. REQUIRES: isAttached().
  void clearHistory(std::function<void()> cleared);
  // Gives the engine records of exchanges from elsewhere, or waits until all of these are in the history. `answered` is called once, with
  // what went wrong, in a sentence. REQUIRES: isAttached().
  using Answered = std::function<void(const QString& problem)>;
  void importRecords(std::string records, Answered answered);
  void syncHistory(Answered answered);
  // Asks for a new status; `statusReceived` follows. REQUIRES: isAttached().
  void requestStatus();

  // --- Network profiles. REQUIRES: isAttached().
  // `profilesReceived` follows.
  void requestProfiles();
  void useProfile(const control::UseProfile& use);
  // Either `saved` is called or `refused` emitted, once. `profilesReceived` follows what either of these two has changed.
  void saveProfile(const std::string& json, std::function<void()> saved);
  void deleteProfile(const std::string& name);
  // `selfTestEnded` follows, unless the engine goes away. One at a time.
  void startSelfTest(const std::string& json);

  static constexpr int kAnswerWithinMs = 5'000;  // a live engine answers hello within milliseconds

 signals:
  void attached(const sluice::control::StatusReply& status);
  void statusReceived(const sluice::control::StatusReply& status);
  void connectionsReceived(const sluice::control::ConnectionsReply& connections);
  // The engine said no to a request, in a sentence.
  void refused(const QString& why);
  void sampled(const sluice::control::StatusSample& sample);
  void changed(const sluice::control::Changed& changed);
  void stopping();
  void passThroughReceived(const sluice::control::PassThroughReply& list);
  void profilesReceived(const sluice::control::ProfileReply& profiles);
  // Without a reply: why it could not be made.
  void selfTestEnded(const std::optional<sluice::control::SelfTestReply>& reply, const QString& problem);
  // The connection could not be made, or ended. `why` is a sentence, empty when the engine just went away.
  void lost(const QString& why);

 private:
  void send(control::StreamId stream, const control::Request& request);
  void ask(const control::Request& request, Answered answered);
  // Either `done` is called or `refused` emitted.
  void order(const control::Request& request, std::function<void()> done);
  // False: nobody waits for this answer.
  bool answer(control::StreamId stream, const QString& problem);
  void read();
  void takeFrame(Bytes frame);
  void takeFailure(control::StreamId stream, const QString& why);
  void takeHello(const control::Hello& hello);
  void takeStatus(const control::StatusReply& status);
  void fail(const QString& why);

  QLocalSocket socket_;
  QString address_;
  QTimer answerTimer_;
  std::unique_ptr<control::FrameReader> frames_;
  control::StreamId nextStream_ = 1;
  control::StreamId selfTest_ = 0;  // its question; 0: none is under way
  std::map<control::StreamId, Answered> waiting_;
  bool open_ = false;  // connecting or connected, and `lost` not yet told
  bool greeted_ = false;
  bool attached_ = false;
  bool askedForConnections_ = false;
};

}  // namespace sluice::gui
