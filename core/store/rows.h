// What the history holds, as values for people and programs to show. Any thread.
//
// Text that came from traffic (method, url, host, path, content type, heads) is kept byte for byte: it may hold
// invalid UTF-8 or NUL. Whoever shows it decides how.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/annotation.h"
#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/time.h"
#include "core/capture/records.h"

namespace sluice::store {

// Stored by number: append only.
enum class State : std::uint8_t {
  Running = 0,
  Complete = 1,
  Failed = 2,  // ended by an error before a response came (a tunnel: before it stood); the status is of our own answer
  CutOff = 3,  // ended by an error after that, or the engine went away meanwhile
};
std::string_view name(State state);

// One line of the exchange table.
struct ExchangeRow {
  ExchangeId id;
  ConnectionId connection;    // none when the client's connection was not recorded
  std::uint64_t version = 0;  // of the history when this row last changed
  capture::Kind kind = capture::Kind::Http;
  State state = State::Running;
  std::string method;
  std::string url;
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;
  std::string path;
  int status = 0;             // 0: no response head yet, or never
  std::string contentType;
  WallTime startedAt;
  capture::Phases phases;     // all -1 while it runs
  capture::BodyTotals request;   // capturedBytes: what openBody() can give
  capture::BodyTotals response;
  Error error;
  std::string upstreamAddress;
  bool upstreamReused = false;
  std::string profile;        // as capture::ExchangeEnded has it
  std::int64_t heldBackUs = 0;
  std::string clientProgram;  // path of its executable; empty: not known, or not yet
  Mark mark = Mark::None;     // what a person said of it
  std::string comment;
};

// TLS on one side of an exchange, as capture::TlsSeen tells of it.
struct TlsRow {
  Side side = Side::Upstream;
  std::string version;
  std::string cipher;
  std::string protocol;
  std::string serverName;
  bool resumed = false;
  std::int64_t handshakeUs = -1;
  std::string note;
  std::string chain;
};

// One exchange with all but its bodies.
struct ExchangeDetails {
  ExchangeRow row;
  std::string requestHead;
  std::string responseHead;
  std::string requestTrailers;
  std::string responseTrailers;
  std::string clientAddress;  // of the connection; empty when it was not recorded
  std::string listener;
  std::uint64_t clientProcess = 0;  // 0: not known
  std::vector<TlsRow> tls;  // client side first; empty where there was none
};

// What people search in. Of a body that is text, the beginning that is searched, decoded (search_text.h); empty: it cannot be read.
struct SearchedExchange {
  ExchangeId id;
  std::string url;
  std::string path;
  std::string requestHead;
  std::string responseHead;
  std::string requestBody;
  std::string responseBody;
};

// A message of a WebSocket: records.h tells what each means.
struct MessageRow {
  std::int64_t id = 0;  // rises in the order in which messages passed
  capture::Direction direction = capture::Direction::Request;
  WallTime at;
  int opcode = 0;
  bool compressed = false;
  std::uint64_t wireBytes = 0;
  std::uint64_t bytes = 0;
  std::string payload;  // its beginning when it is shorter than `bytes`
  std::string fault;
};

// Who asked, or whom: how many exchanges there are of it.
struct Source {
  std::string name;
  std::uint64_t exchanges = 0;
};
struct Sources {
  std::vector<Source> hosts;     // in small letters
  std::vector<Source> programs;  // paths; an empty one stands for those that are not known
};
// Of a piece of the history.
struct SourcesPage {
  Sources sources;
  ExchangeId upTo;    // the last that was counted
  bool more = false;  // there may be more
};

// The history as a whole.
struct Totals {
  std::uint64_t history = 0;      // tells this history from any other
  std::uint64_t version = 0;      // rises with each commit that changed something
  std::uint64_t exchanges = 0;    // rows
  ExchangeId oldest;              // none when there are no rows
  ExchangeId newest;
  std::uint64_t running = 0;
  std::uint64_t databaseBytes = 0;  // the database with its log
  std::uint64_t bodyFileBytes = 0;  // bodies kept in files beside it
};

// A piece of the list of ids.
struct IdPage {
  std::vector<ExchangeId> ids;  // in the order in which they were looked at: rising, or falling when the way is down
  ExchangeId upTo;              // the last that was looked at: where the next page goes on
  bool more = false;            // there may be more
};

// Rows that are new or changed since a version. Pass `version` to the next call; `more`: call again at once.
struct Changes {
  // This is not the history whose version was given: it was cleared, or was damaged and replaced. Forget all that is
  // known of it; these rows are the first. Also true for version 0.
  bool anew = false;
  std::uint64_t version = 0;
  std::vector<ExchangeId> ids;     // rising
  std::vector<ExchangeId> hidden;  // changed too, but not (any more) let through by the filter; rising
  bool more = false;
};

}  // namespace sluice::store
