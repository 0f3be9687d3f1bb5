// One end of a port: messages, shared chunks and handles to and from one other process of ours. Small messages go
// through a queue in shared memory without a system call, bodies as references to chunks, everything else over the
// socket; order holds across all of them. A reader that waits is woken by its doorbell, or over the socket where the
// system has none.
//
// Knows no event engine: its owner waits on socket() and doorbell() when it is asked to, and calls process(), rung() and
// writable(). Loop thread only, but for received buffers. Handlers are called from inside process() and send(); they must
// not destroy the port.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/port/incoming_segments.h"
#include "core/port/outgoing_segments.h"
#include "core/port/reassembler.h"
#include "core/port/shared_queue.h"
#include "core/port/wire.h"
#include "platform/doorbell.h"
#include "platform/port_socket.h"
#include "platform/shared_memory.h"

namespace sluice::port {

enum class Sent : std::uint8_t {
  Done,    // it is on its way
  Queued,  // the port keeps it and sends it in order, when there is room
  Again,   // not taken: call again after Handler::roomAgain
  Failed,  // the port has failed
};

enum class AfterSending : std::uint8_t { KeepHandles, CloseHandles };

struct Outgoing {
  std::uint8_t type = 0;  // below kFirstOwnType
  std::uint32_t stream = 0;
  std::uint16_t replyPort = 0;
  bool last = true;  // of its stream
  Bytes payload;  // kPortMessageBytesMax at most
  // Of this port's segments; gone from here when the message was taken, still here after Again and Failed. With a
  // payload as well, or with buffers of another port, everything is copied and sent as plain bytes.
  std::span<SharedBuffer> buffers;
  // The buffers stay here as they are, for their sender to read: it tells memory().letGo() when it does no more.
  bool goesOnReading = false;  // REQUIRES: not tracked, no payload
  // No: a reader that waits is left waiting, if this goes through the queue, until wakeReader() or a message that wakes it.
  bool wakesReader = true;
  std::span<const platform::Handle> handles;  // two at most
  AfterSending afterSending = AfterSending::KeepHandles;
  std::optional<TrackRef> track;             // so that it can be cancelled; REQUIRES: buffers
  std::function<void(Sent)> done;             // of a Queued one: Done when it left, or Failed
};

// One message that came. Valid during the call; buffers and handles may be moved out, and are freed otherwise.
struct Incoming {
  std::uint8_t type = 0;
  std::uint32_t stream = 0;
  std::uint32_t pid = 0;
  std::uint16_t replyPort = 0;
  bool last = true;
  Bytes payload;
  std::vector<ReceivedBuffer>& buffers;
  Handles& handles;
};

struct PortCounters {
  std::uint64_t sentThroughQueue = 0;
  std::uint64_t sentThroughSocket = 0;  // packets
  std::uint64_t wakeUpsSent = 0;
  std::uint64_t received = 0;
  std::uint64_t again = 0;           // sends that found no room
  std::uint64_t sentAsPlain = 0;     // buffers that had to be copied
  std::uint64_t dropped = 0;         // odd messages of the peer
  std::uint64_t cancelled = 0;       // messages that their sender took back
};

class Port {
 public:
  class Handler {
   public:
    virtual void received(Incoming& message) = 0;
    // There are chunks, or room, again.
    virtual void roomAgain() = 0;
    // Something odd that was survived: for the log. Once for each kind.
    virtual void note(const std::string& what) = 0;
    // The port is over: told once. Everything queued has completed as failed by then.
    virtual void failed(const Error& why) = 0;

    // What the port asks its loop for. Asking again before it came changes nothing.
    // Then process(), or rung() if it was the doorbell; at once if there is something to read already.
    virtual void waitReadable() = 0;
    virtual void waitWritable() = 0;  // then writable()
    virtual void turnAgain() = 0;     // process(), after others had their turn
    // Any thread: have sendFreed() called on the loop.
    virtual void freedElsewhere() = 0;

   protected:
    ~Handler() = default;
  };

  struct Options {
    std::uint32_t ownPid = 0;
    std::uint32_t peerPid = 0;  // 0: whoever the first message comes from
    std::uint32_t protocol = 0; // version of what the owners say to each other; both must have the same
    std::uint32_t id = 0;       // which port of this process: for the headers of segments
    std::uint32_t queueSlots = limits::kPortQueueSlots;  // 0: no queue
    OutgoingSegments::Limits memory;
  };

  Port(platform::PortSocket socket, const Options& options, Handler& handler);
  ~Port();
  Port(Port&&) = delete;

  // Says hello and waits for the peer's; messages may be sent at once. Code::OutOfMemory and the like.
  Result<void> start();

  Sent send(const Outgoing& message);
  // What was sent without waking the reader is taken now.
  void wakeReader();
  // Chunks to fill and send. Null: again, or as bytes.
  SharedBuffer allocate(std::size_t bytes) { return outgoing_.allocate(bytes); }
  OutgoingSegments& memory() { return outgoing_; }
  const IncomingSegments& peerMemory() const { return incoming_; }
  // Fragments of this stream that still come are thrown away.
  void cancelStream(std::uint32_t stream) { reassembler_.cancel(stream, peerPid_); }

  void process();
  // The doorbell rang: as process(), without looking at the socket, which has its own wait.
  void rung();
  void writable();
  // The receiver's word that chunks were freed on another thread.
  void sendFreed();

  // Ends the port from this side, as if the peer had gone.
  void fail(Error why);

  bool hasFailed() const { return failed_; }
  bool isReady() const { return greeted_; }
  std::size_t backlogBytes() const { return backlogBytes_; }
  // Messages without a payload wait too.
  bool hasBacklog() const { return !backlog_.empty() || socket_.hasRest(); }
  const PortCounters& counters() const { return counters_; }
  platform::PortSocket& socket() { return socket_; }
  const platform::Doorbell& doorbell() const { return doorbell_; }
  std::uint32_t peerPid() const { return peerPid_; }

 private:
  // A message, or the rest of one, that waits for the socket.
  struct Pending {
    MessageHeader header;
    std::vector<std::byte> payload;
    std::size_t sentBytes = 0;
    std::array<platform::Handle, platform::PortSocket::kHandlesMax> handles{};
    std::size_t handleCount = 0;
    AfterSending afterSending = AfterSending::KeepHandles;
    bool begun = false;   // a fragment of it left already
    bool marked = false;  // its next fragment has its marker in the queue
    std::function<void(Sent)> done;
  };
  // One message of the socket; the payload lies in receiveBuffer_.
  struct Packet {
    MessageHeader header;
    Bytes payload;
    Handles handles;
  };
  static constexpr std::uint8_t kOweFreed = 1;
  static constexpr std::uint8_t kOweRoom = 2;
  static constexpr std::uint8_t kOweWake = 4;
  enum class Step : std::uint8_t { Progress, Nothing };

  // Sending.
  MessageHeader headerFor(const Outgoing& message) const;
  Sent sendBytes(const Outgoing& message, Bytes payload, std::uint8_t flags);
  Sent sendBuffers(const Outgoing& message);
  Sent sendAsPlain(const Outgoing& message);
  Sent startOnSocket(Pending pending, Bytes payload);
  Sent keep(Pending pending, Bytes rest);
  bool goesThroughQueue(const Outgoing& message, Bytes payload) const;
  bool pushToQueue(const MessageHeader& header, Bytes payload, QueueWriter<>::Reader reader = QueueWriter<>::Reader::Wake);
  // Ok: one fragment left. WouldBlock: the socket or the queue has no room; the marker may have gone ahead.
  IoResult sendFragment(Pending& pending, Bytes payload);
  bool markFragment(Pending& pending);
  IoResult sendPacket(const MessageHeader& header, Bytes payload, std::span<const platform::Handle> handles);
  void sendOwn(std::uint8_t type, Bytes payload, std::span<const platform::Handle> handles);
  void sendWake();
  void sendingFailed(const Error& why);
  void signal(std::uint8_t which);
  void paySignals();
  void waitForRoom();
  void flush();
  bool sendShare(Pending& pending);
  void noteBegun(Pending& pending);
  static void closeHandles(Pending& pending);
  void complete(Pending& pending, Sent outcome);

  // Receiving.
  void turn();
  Step step();
  Step takeFromQueue(const QueueItem& item);
  Step takeFromSocket();
  void drainQueue();
  IoResult receivePacket(Packet& packet);
  bool check(const platform::PortSocket::Message& message, Packet& packet);
  Step place(Packet packet);
  void putTogether(const MessageHeader& header, Bytes payload, Handles handles);
  void deliver(const MessageHeader& header, Bytes payload, Handles& handles);
  Result<bool> openBuffers(const MessageHeader& header, Bytes payload);
  void ownMessage(const MessageHeader& header, Bytes payload, Handles& handles);
  void greet(Bytes payload, Handles& handles);
  void learn(Bytes payload, Handles& handles);
  void fault(std::string what);
  void oddity(const std::string& what);

  // Immutable after construction.
  const Options options_;
  Handler& handler_;

  // Loop thread only.
  platform::PortSocket socket_;
  platform::Doorbell doorbell_;
  platform::DoorbellButton ownButton_;   // until the peer has been told
  platform::DoorbellButton peerButton_;
  platform::SharedMemory ownQueueMemory_;
  platform::SharedMemory peerQueueMemory_;
  std::optional<QueueReader<>> ownQueue_;
  std::optional<QueueWriter<>> peerQueue_;
  OutgoingSegments outgoing_;
  IncomingSegments incoming_;
  Reassembler reassembler_;
  std::deque<Pending> backlog_;
  std::deque<Pending> failedBacklog_;  // what had not left when the port failed: whoever was sending one of them still looks at it
  std::size_t backlogBytes_ = 0;
  std::size_t begun_ = 0;  // messages of the backlog of which a part has left
  std::uint32_t peerPid_ = 0;

  std::vector<std::byte> listOfLast_;  // of chunks; empty while a message with chunks is being sent
  std::vector<std::byte> receiveBuffer_;
  std::optional<WholeMessage> held_;  // came over the socket before its marker; one fragment
  std::vector<ReceivedBuffer> buffers_;
  bool woken_ = false;         // a wake-up was the last that came
  bool awaitsSocket_ = false;  // a marker came: the next message stands in the socket
  bool saidAgain_ = false;     // the backlog was full; the owner waits for room
  bool queueFull_ = false;     // of the peer; it will tell
  std::uint8_t owed_ = 0;      // signals that found no room in the socket
  bool peerGone_ = false;      // nothing can be sent any more; what it said is still being read
  bool resetTold_ = false;
  bool greeted_ = false;
  bool failed_ = false;
  bool processing_ = false;
  std::vector<std::string> noted_;
  PortCounters counters_;
};

}  // namespace sluice::port
