// ClientConnection: heads and first bytes, which are received into a block that then stays for what follows them.
#include <algorithm>
#include <utility>

#include "core/engine/client_connection.h"

namespace sluice::engine {

using Phase = session::HttpSession::Phase;

IoResult ClientConnection::receiveInto(Rest& rest, Link& link) {
  rest.block = worker_.blocks().take();
  if (rest.block == nullptr) return IoResult::failed({Code::OutOfMemory, Side::Local, 0, "no block for a head"});
  const MutableBytes room(rest.block->data, rest.block->capacity);
  auto result = link.receive({&room, 1});
  if (result.status == IoResult::Status::Ok) {
    rest.bytes = Bytes(room).first(result.bytes);
  } else {
    release(rest);
  }
  return result;
}

// Whether receiveMore() can add to it; what was left over by a pipe moves into a block for that.
bool ClientConnection::makeRoom(Rest& rest) {
  if (rest.bytes.empty()) return true;
  if (rest.block == nullptr) {
    auto* block = worker_.blocks().take();
    if (block == nullptr || rest.bytes.size() >= block->capacity) {
      if (block != nullptr) worker_.blocks().give(block);
      return false;
    }
    std::copy(rest.bytes.begin(), rest.bytes.end(), block->data);
    rest.bytes = Bytes(block->data, rest.bytes.size());
    rest.block = block;
    rest.text.clear();
  }
  return rest.bytes.data() + rest.bytes.size() < rest.block->data + rest.block->capacity;
}

IoResult ClientConnection::receiveMore(Rest& rest, Link& link) {
  if (rest.bytes.empty()) return receiveInto(rest, link);
  const auto begin = static_cast<std::size_t>(rest.bytes.data() - rest.block->data);
  const auto end = begin + rest.bytes.size();
  const MutableBytes room(rest.block->data + end, rest.block->capacity - end);
  auto result = link.receive({&room, 1});
  if (result.status == IoResult::Status::Ok) rest.bytes = Bytes(rest.block->data + begin, rest.bytes.size() + result.bytes);
  return result;
}

void ClientConnection::consume(Rest& rest, std::size_t bytes) {
  rest.bytes = rest.bytes.subspan(bytes);
  if (rest.bytes.empty()) release(rest);
}

void ClientConnection::release(Rest& rest) {
  if (rest.block != nullptr) worker_.blocks().give(std::exchange(rest.block, nullptr));
  rest.text.clear();
  rest.bytes = {};
}

bool ClientConnection::readClientHead(Now now) {
  // Who does not take answers is not asked for more.
  if (!session_.readsClientHead() || client_.writer().pending()) return false;
  if (clientRest_.bytes.empty()) {
    if (!client_.mayReceive()) return false;
    auto result = receiveInto(clientRest_, client_);
    switch (result.status) {
      case IoResult::Status::WouldBlock: return false;
      case IoResult::Status::End:
        clientEnd_ = ClientEnd::Seen;
        session_.clientEnded(now);
        return true;
      case IoResult::Status::Failed: session_.clientFailed(std::move(result.error), now); return true;
      case IoResult::Status::Ok: break;
    }
  }
  clientEnd_ = ClientEnd::Unseen;
  consume(clientRest_, session_.clientBytes(clientRest_.bytes, now));
  return true;
}

bool ClientConnection::readUpstreamHead(Now now) {
  // Nor does who sends interim responses go on while the client does not take them.
  if (!session_.readsUpstreamHead() || client_.writer().pending()) return false;
  if (!upstream_) return false;
  auto& link = upstream_->link;
  // Who refuses what we send may have said why before: an answer, or an alert. That is all there will be.
  const bool refused = link.writer().failed();
  if (refused) link.lookAgain();
  if (!link.mayReceive()) return false;
  auto result = receiveInto(upstreamRest_, link);
  switch (result.status) {
    case IoResult::Status::WouldBlock:
      if (refused) session_.upstreamFailed(link.writer().error(), now);
      return refused;
    case IoResult::Status::End:
      session_.upstreamFailed(refused ? link.writer().error()
                                      : Error{Code::EndedEarly, Side::Upstream, 0, upstreamKey_ + " closed without a whole response head"},
                              now);
      return true;
    case IoResult::Status::Failed: session_.upstreamFailed(std::move(result.error), now); return true;
    case IoResult::Status::Ok: break;
  }
  // What follows the head stays for the body, which keeps the block until it has passed.
  consume(upstreamRest_, session_.upstreamBytes(upstreamRest_.bytes, now));
  return true;
}

// What the client's first bytes behind CONNECT are; whoever else speaks first makes it a tunnel.
bool ClientConnection::sniff(Now now) {
  if (!session_.sniffs()) {
    sniffedBytes_ = 0;
    return false;
  }
  if (sniffedBytes_ < clientRest_.bytes.size()) {
    sniffedBytes_ = clientRest_.bytes.size();
    session_.firstBytes(clientRest_.bytes, now);
    return true;
  }
  if (upstream_ && upstream_->link.mayReceive()) {
    auto seen = upstream_->link.peek();
    if (seen.status == IoResult::Status::Failed) session_.upstreamFailed(std::move(seen.error), now);
    if (seen.status == IoResult::Status::Ok || seen.status == IoResult::Status::End) session_.sniffedEnough(now);
    if (seen.status != IoResult::Status::WouldBlock) return true;
  }
  if (!client_.mayReceive()) return false;
  if (!makeRoom(clientRest_)) {
    session_.sniffedEnough(now);
    return true;
  }
  auto result = receiveMore(clientRest_, client_);
  switch (result.status) {
    case IoResult::Status::WouldBlock: return false;
    case IoResult::Status::End: session_.clientEnded(now); return true;  // the tunnel sees it again
    case IoResult::Status::Failed: session_.clientFailed(std::move(result.error), now); return true;
    case IoResult::Status::Ok: return true;
  }
  return true;
}

bool ClientConnection::watchesClient() const {
  const auto phase = session_.phase();
  const bool waiting = phase == Phase::Connecting || phase == Phase::AwaitResponse || phase == Phase::RelayResponse;
  return waiting && !runs(requestRelay_) && clientEnd_ == ClientEnd::Unseen && clientRest_.bytes.empty();
}

// While a response is due the client has nothing to say, but it may go away.
bool ClientConnection::watchClient(Now now) {
  if (!watchesClient() || !client_.mayReceive()) return false;
  auto seen = client_.peek();
  switch (seen.status) {
    case IoResult::Status::WouldBlock: return false;
    case IoResult::Status::Ok: clientEnd_ = ClientEnd::Behind; return false;
    case IoResult::Status::End:
      clientEnd_ = ClientEnd::Seen;
      session_.clientEnded(now);
      return true;
    case IoResult::Status::Failed: session_.clientFailed(std::move(seen.error), now); return true;
  }
  return false;
}

}  // namespace sluice::engine
