// What the recorder knows and has not yet committed: records folded into the state of each running exchange. Memory
// only, so that a commit that fails is simply tried again. The recorder's thread.
//
// Limits: none of its own; heldBytes() tells what the recorder's queue still has to answer for. What stays after a
// commit is one small row for each running exchange.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/capture/records.h"
#include "core/store/body_files.h"
#include "core/store/rows.h"

namespace sluice::store {

// About the memory that a record holds.
std::size_t weightOf(const capture::Record& record);

struct PendingBody {
  std::uint64_t storedBytes = 0;  // committed
  BodyPlace place = BodyPlace::None;
  std::string fresh;              // follows them
  std::uint64_t inFile = 0;       // or: written by others already, from the body's first byte on
  bool closed = false;            // its beginning is lost: nothing more is taken
  // What the transaction under way will have made of the two; taken over when it commits.
  std::uint64_t nextStoredBytes = 0;
  BodyPlace nextPlace = BodyPlace::None;
};

struct PendingExchange {
  ExchangeRow row;
  // Heads and trailers that are not committed; empty afterwards.
  std::string requestHead;
  std::string responseHead;
  std::string requestTrailers;
  std::string responseTrailers;
  std::array<PendingBody, 2> bodies;  // by Direction
  std::vector<capture::MessagePassed> messages;  // that are not committed
  std::vector<capture::TlsSeen> tls;             // likewise
  std::optional<capture::Annotated> annotated;   // likewise
  bool inserted = false;  // the row is committed
  bool dirty = false;     // differs from what is committed
  bool ended = false;
};

struct PendingConnection {
  ConnectionId id;
  WallTime openedAt;
  std::optional<WallTime> closedAt;
  std::string clientAddress;
  std::string listener;
  bool inserted = false;
  bool dirty = false;
};

class Backlog {
 public:
  // Takes one record; false when it is for an exchange or a connection that is not known, or began twice, or continues a
  // body whose beginning is lost.
  bool apply(capture::Record&& record);

  bool dirty() const { return !dirtyExchanges_.empty() || !dirtyConnections_.empty() || !identifiedClients_.empty(); }
  std::size_t heldBytes() const { return heldBytes_; }
  std::uint64_t running() const { return exchanges_.size(); }
  // Of bodies and messages, waiting to be written.
  std::uint64_t freshBodyBytes() const;
  // Of bodies and messages, ever: given up, or following what was.
  std::uint64_t givenUpBodyBytes() const { return givenUpBodyBytes_; }

  // Whether a record may still come, or waits to be written, that takes this body for its exchange's.
  bool expectsBody(BodyKey key) const;

  // In the order in which they changed first since the last commit.
  const std::vector<PendingExchange*>& dirtyExchanges() const { return dirtyExchanges_; }
  const std::vector<PendingConnection*>& dirtyConnections() const { return dirtyConnections_; }

  // Clients whose program became known; their connections may have been closed and committed before.
  const std::vector<capture::ClientIdentified>& identifiedClients() const { return identifiedClients_; }

  // All that was dirty is on disk. Returns the bytes no longer held.
  std::size_t committed();
  // All that was dirty cannot be stored, ever: forgets those exchanges and connections. Returns the bytes freed.
  std::size_t discardDirty();
  // There is no room for them: what waits of bodies and messages is dropped, so that at least the rows are stored. Returns
  // the bytes freed.
  std::size_t giveUpBodies();
  // The database was replaced by an empty one: whatever still runs is to be inserted again. Bodies already stored
  // are gone, and so is their continuation.
  void databaseReplaced();

 private:
  bool take(capture::ConnectionOpened& record);
  bool take(capture::ConnectionClosed& record);
  bool take(capture::ExchangeStarted& record);
  bool take(capture::ResponseStarted& record);
  bool take(capture::BodyChunk& record);
  bool take(capture::BodyInFile& record);
  bool take(capture::ExchangeProgress& record);
  bool take(capture::ExchangeEnded& record);
  bool take(capture::ClientIdentified& record);
  bool take(capture::MessagePassed& record);
  bool take(capture::TlsSeen& record);
  bool take(capture::Annotated& record);

  PendingExchange* find(ExchangeId id);
  void forgetEnded();
  void touch(PendingExchange& exchange);
  void touch(PendingConnection& connection);
  std::size_t release();

  std::unordered_map<ExchangeId, PendingExchange> exchanges_;
  std::unordered_map<ConnectionId, PendingConnection> connections_;
  std::vector<PendingExchange*> dirtyExchanges_;
  std::vector<PendingConnection*> dirtyConnections_;
  std::vector<capture::ClientIdentified> identifiedClients_;
  std::size_t heldBytes_ = 0;
  std::uint64_t givenUpBodyBytes_ = 0;
};

}  // namespace sluice::store
