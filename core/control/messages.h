// What the programs say to each other: requests of the app and the command line, replies and events of the engine.
// Plain values; encode.h and decode.h turn them into bytes and back. Any thread.
//
// A conversation:
//   1. Both sides send Hello first, on stream 0. Whoever finds the other incompatible (see incompatibility())
//      closes; the engine says why in a Failure before it does.
//   2. Each request has a stream id other than 0, chosen by the client and unused while it is open. It is answered
//      by exactly one reply on that stream: the one named beside it, or Failure.
//   3. After Subscribe was answered, events come on stream 0 until the connection ends.
//
// "Up" is from the client to upstream, "down" from upstream to the client.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/annotation.h"
#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/time.h"

namespace sluice::control {

// Raised only by a change that an older program would misread. New fields and new messages do not raise it: missing
// fields read as their defaults and unknown messages arrive as Unknown.
inline constexpr std::uint32_t kProtocolVersion = 1;

// Ties a reply to its request; 0 for Hello and for events.
using StreamId = std::uint32_t;

// --- both ways

struct Hello {
  std::uint32_t protocol = kProtocolVersion;
  std::string program;  // "sluiced", "sluice", "sluicectl"
  std::string version;  // of the product: "0.1.0"
  std::uint64_t pid = 0;
  friend bool operator==(const Hello&, const Hello&) = default;
};

// A message that this program is too old to know. The engine answers it with a Failure, clients pass over it.
struct Unknown {
  std::uint8_t type = 0;
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

// --- requests

struct GetStatus {  // -> StatusReply
  friend bool operator==(const GetStatus&, const GetStatus&) = default;
};
struct GetConnections {  // -> ConnectionsReply
  friend bool operator==(const GetConnections&, const GetConnections&) = default;
};
struct Subscribe {  // -> Done, then events
  friend bool operator==(const Subscribe&, const Subscribe&) = default;
};
struct Stop {  // -> Done, then the engine drains and ends the connection
  friend bool operator==(const Stop&, const Stop&) = default;
};

struct ClearHistory {  // -> Done, when an empty history has taken the place of this one
  friend bool operator==(const ClearHistory&, const ClearHistory&) = default;
};
struct SyncHistory {  // -> Done, when all that had been recorded when it was asked is in the history, or recording has paused
  friend bool operator==(const SyncHistory&, const SyncHistory&) = default;
};
struct GetProfile {  // -> ProfileReply: the profile in force, and the user's own
  friend bool operator==(const GetProfile&, const GetProfile&) = default;
};
// Whom a profile slows down. What stands further down in this list has its way before what stands above it.
enum class ProfileScope : std::uint8_t {
  Everything = 0,
  Listener = 1,    // target: its address, "127.0.0.1:8080", or its port
  Host = 2,        // target: a pattern, as of hosts that pass through undecrypted; the first that matches wins
  Connection = 3,  // target: its number
  Unknown = 255,   // of a newer program
};
struct UseProfile {     // -> Done, and it acts at once, also on what runs; or Failure: BadArgument, NotFound
  std::string profile;  // as JSON (core/throttle/profile_json.h). Empty: the target has none of its own any more
  ProfileScope scope = ProfileScope::Everything;
  std::string target;
  friend bool operator==(const UseProfile&, const UseProfile&) = default;
};

struct SaveProfile {    // -> Done, or Failure BadArgument. Takes the place of the own profile of that name
  std::string profile;  // as JSON
  friend bool operator==(const SaveProfile&, const SaveProfile&) = default;
};
struct DeleteProfile {  // -> Done, or Failure: NotFound, BadArgument for one that comes with the program
  std::string name;
  friend bool operator==(const DeleteProfile&, const DeleteProfile&) = default;
};

// Measures a profile through the proxy, against a target of the engine's own on this machine; nothing else is slowed down by it.
struct SelfTest {       // -> SelfTestReply after some seconds, or Failure
  std::string profile;  // as JSON; empty: the one in force for everything
  friend bool operator==(const SelfTest&, const SelfTest&) = default;
};

// The hosts whose TLS is never decrypted.
struct GetPassThrough {  // -> PassThroughReply
  friend bool operator==(const GetPassThrough&, const GetPassThrough&) = default;
};
// From the next connection on, and after every restart.
struct SetPassThrough {  // -> Done, or Failure: BadArgument; NotFound when a host that is to go is not on the list
  std::string host;      // as --pass-through takes it: example.com, *.example.com, host:8443
  bool passes = true;
  friend bool operator==(const SetPassThrough&, const SetPassThrough&) = default;
};

// Adds exchanges of elsewhere to the history. Such requests of one connection are one stream of records (core/engine/record_import.h), cut
// anywhere; where the connection ends, so does the stream.
struct ImportRecords {  // -> Done, when there is room for more, or Failure: BadArgument, or why nothing can be recorded now
  std::string bytes;
  friend bool operator==(const ImportRecords&, const ImportRecords&) = default;
};

// What of the engine can be turned on and off while it runs. Every start begins as the engine's command line says.
enum class SwitchKind : std::uint8_t {
  Recording = 0,     // exchanges that begin while it is off are not recorded
  Interception = 1,  // TLS is decrypted, from the next connection on
  Unknown = 255,     // of a newer program
};
struct SetSwitch {  // -> Done, or Failure BadArgument
  SwitchKind what = SwitchKind::Unknown;
  bool on = false;
  friend bool operator==(const SetSwitch&, const SetSwitch&) = default;
};

// Ends a client's connection now; what runs on it is recorded as aborted.
struct CloseConnection {  // -> Done, or Failure NotFound
  ConnectionId connection;
  friend bool operator==(const CloseConnection&, const CloseConnection&) = default;
};

// Says something of exchanges, all at once; every attached window sees it.
struct Annotate {  // -> Done, or Failure: NotFound when none of them is in the history, BadArgument, or what the disk says
  std::vector<ExchangeId> exchanges;  // kAnnotatedAtOnceMax at most
  Annotation annotation;
  friend bool operator==(const Annotate&, const Annotate&) = default;
};

using Request = std::variant<Unknown, Hello, GetStatus, GetConnections, Subscribe, Stop, ClearHistory, GetProfile, UseProfile,
                             CloseConnection, SaveProfile, DeleteProfile, SelfTest, SyncHistory, GetPassThrough,
                             SetPassThrough, ImportRecords, SetSwitch, Annotate>;

// --- replies

enum class CaptureState : std::uint8_t {
  Off = 0,
  On = 1,
  Failed = 2,  // should be on, but the store cannot take anything: storeError says why
};

// What changes all the time; sent about once a second to whoever subscribed.
struct StatusSample {
  WallTime at;
  std::uint64_t openConnections = 0;
  std::uint64_t bytesUp = 0;  // since the engine started
  std::uint64_t bytesDown = 0;
  std::uint64_t upBytesPerSecond = 0;
  std::uint64_t downBytesPerSecond = 0;
  CaptureState capture = CaptureState::Off;
  std::uint64_t recorderQueueBytes = 0;  // recorded but not yet written: the recorder's lag
  std::uint64_t recorderQueueRecords = 0;  // of these, with the recorder; none of those that are still in shared memory
  std::uint64_t refusedBodyBytes = 0;  // not kept, because the recorder lagged or was paused
  std::uint64_t droppedExchanges = 0;  // not recorded, for the same reason
  std::uint64_t databaseBytes = 0;
  // The processes that serve connections, and what they share with the recorder.
  std::uint64_t workers = 0;             // that run
  std::uint64_t workerRestarts = 0;      // after a crash
  std::uint64_t queuedMessages = 0;      // sent by workers and not yet taken
  std::uint64_t chunks = 0;              // of shared memory
  std::uint64_t chunksInUse = 0;
  std::uint64_t backPressureEvents = 0;  // how often chunks ran out
  std::uint64_t cutBodies = 0;           // stored without their end, because chunks had run out
  std::uint64_t badRecords = 0;          // of workers, that made no sense
  std::uint64_t profilesVersion = 0;  // rises with every change that ProfileReply would show
  bool intercepting = false;  // TLS is decrypted, but of hosts that pass through
  std::string storeError;  // why recording is paused, in one sentence; empty when all is well
  Code storeErrorCode = Code::None;  // the same for a program
  friend bool operator==(const StatusSample&, const StatusSample&) = default;
};

struct ListenerStatus {
  std::string spec;     // as it was asked for: "regular@127.0.0.1:0"
  std::string kind;     // "regular"
  std::string address;  // as it is bound: "127.0.0.1:41234"
  friend bool operator==(const ListenerStatus&, const ListenerStatus&) = default;
};

struct StatusReply {
  std::uint64_t pid = 0;
  std::string version;
  WallTime startedAt;
  Micros uptime{0};
  std::string dataDir;
  std::vector<ListenerStatus> listeners;
  std::uint64_t exchangesTotal = 0;  // in the database
  std::uint64_t bugsSurvived = 0;
  std::string storeNotice;  // what happened to the history at the start: "was damaged and moved to ..."; usually empty
  StatusSample now;
  friend bool operator==(const StatusReply&, const StatusReply&) = default;
};

enum class ConnectionState : std::uint8_t {
  Idle = 0,      // no exchange is running on it
  Exchange = 1,  // a request is being read or answered
  Tunnel = 2,    // bytes pass both ways unread
};

struct ConnectionRow {
  ConnectionId connection;
  ConnectionState state = ConnectionState::Idle;
  ExchangeId exchange;  // the one that is running; none while idle
  WallTime openedAt;
  std::string clientAddress;  // "127.0.0.1:53124"
  std::string listener;       // "regular 127.0.0.1:8080"
  std::string target;         // "example.org:443" or the URL; empty before the first request
  std::uint64_t exchanges = 0;  // begun on this connection so far
  std::uint64_t bytesUp = 0;    // received from the client
  std::uint64_t bytesDown = 0;  // sent to the client
  std::string program;          // path of the client's executable; empty while, or where, it is not known
  std::uint64_t process = 0;    // id of that program's process
  std::string limit;            // the network profile that is its own, as JSON; empty: it has none
  friend bool operator==(const ConnectionRow&, const ConnectionRow&) = default;
};

struct ConnectionsReply {
  // All open connections; rows are left off at the end when they would not fit one frame.
  std::uint64_t total = 0;
  std::vector<ConnectionRow> rows;
  friend bool operator==(const ConnectionsReply&, const ConnectionsReply&) = default;
};

struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};

// The engine says no. `error.detail` is a sentence for a person.
struct Failure {
  Error error;
  friend bool operator==(const Failure&, const Failure&) = default;
};

// --- events

// Rows of the database were added or changed. Comes at most some 30 times a second, however much changes.
struct Changed {
  std::uint64_t storeVersion = 0;  // rises with every commit
  ExchangeId newestExchange;
  std::uint64_t exchangesTotal = 0;  // in the database
  std::uint64_t exchangesOpen = 0;   // of these, still running
  friend bool operator==(const Changed&, const Changed&) = default;
};

// The engine was asked to stop: the end of this connection that follows is no crash.
struct Stopping {
  friend bool operator==(const Stopping&, const Stopping&) = default;
};

// The network profiles that an engine knows of, each as JSON (core/throttle/profile_json.h).
struct ProfileReply {
  std::string profile;           // in force
  std::vector<std::string> own;  // the user's own, in order of name
  struct Rule {
    ProfileScope scope = ProfileScope::Host;
    std::string target;
    std::string profile;
    friend bool operator==(const Rule&, const Rule&) = default;
  };
  std::vector<Rule> rules = {};  // of hosts and listeners, in their order
  friend bool operator==(const ProfileReply&, const ProfileReply&) = default;
};

// What a self-test found, beside what was asked for. Rates of 0 are unlimited where they are asked for.
struct SelfTestReply {
  std::string profile;  // as JSON
  std::uint64_t downAsked = 0;  // bytes a second
  std::uint64_t downAchieved = 0;
  std::uint64_t upAsked = 0;
  std::uint64_t upAchieved = 0;
  Micros roundTripAsked{0};
  Micros roundTrip{0};  // the median
  Micros jitterAsked{0};
  Micros jitter{0};  // how far from the median nine of ten were at most
  friend bool operator==(const SelfTestReply&, const SelfTestReply&) = default;
};

struct PassThroughReply {
  std::vector<std::string> hosts;  // in order
  friend bool operator==(const PassThroughReply&, const PassThroughReply&) = default;
};

// Replies and events: everything that the engine sends.
using Reply = std::variant<Unknown, Hello, StatusReply, ConnectionsReply, Done, Failure, Changed, StatusSample, Stopping,
                           ProfileReply, SelfTestReply, PassThroughReply>;

// Why this program cannot talk to the one that sent `theirs`, as a sentence that says which of the two to update;
// nothing when it can.
std::optional<Error> incompatibility(const Hello& mine, const Hello& theirs);

}  // namespace sluice::control
