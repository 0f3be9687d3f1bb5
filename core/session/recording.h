// The capture records of one exchange, filled in as it goes. Owned by its session.
#pragma once

#include <string>

#include "core/base/time.h"
#include "core/capture/records.h"
#include "core/codec/http1/head.h"
#include "core/codec/http1/target.h"

namespace sluice::session {

// How a body, or one direction of a tunnel, came to its end.
struct BodyEnd {
  capture::BodyTotals totals;
  Error error;           // Code::None: complete. The side says who broke it
  std::string trailers;  // raw lines after the last chunk
  bool excess = false;   // bytes followed that belong to nothing
};

// Where the exchange went, as its row shows it.
struct Destination {
  capture::Kind kind = capture::Kind::Http;
  std::string method;
  std::string url;
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;
  std::string path;
};

// What can be said of a request whose target was, or was not, understood.
Destination destinationOf(const http1::Head& request, const http1::Target* target);

class Recording {
 public:
  Recording(ExchangeId exchange, ConnectionId connection, Now startedAt)
      : connection_(connection), startedAt_(startedAt) {
    end_.exchange = exchange;
  }

  ExchangeId exchange() const { return end_.exchange; }

  capture::ExchangeStarted started(Destination destination, std::string_view requestHead) const;
  capture::ResponseStarted responseStarted(int status, std::string_view contentType, std::string_view head) const;
  // The last that is asked of it.
  capture::ExchangeEnded ended(Error error, Now now);

  // `resolvedAt` is the beginning of time for a connection that was kept: no name was looked up for this exchange.
  void upstreamOpened(std::string address, bool reused, MonoTime resolvedAt, MonoTime connectedAt);
  // Heads count as bytes on the wire, those of interim responses too.
  void requestHeadCame(std::size_t bytes) { requestHeadBytes_ += bytes; }
  void responseHeadCame(std::size_t bytes) { responseHeadBytes_ += bytes; }
  void responseBegan(MonoTime at) {
    if (end_.phases.responseFirstUs < 0) end_.phases.responseFirstUs = since(at);
  }
  void requestSent(MonoTime at) { end_.phases.requestSentUs = since(at); }
  void responseHeadCame(MonoTime at) { end_.phases.responseHeadUs = since(at); }
  void requestBodyEnded(const BodyEnd& body);
  void responseBodyEnded(const BodyEnd& body);

 private:
  std::int64_t since(MonoTime at) const { return (at - startedAt_.mono).count(); }

  ConnectionId connection_;
  Now startedAt_;
  capture::ExchangeEnded end_;
  std::size_t requestHeadBytes_ = 0;
  std::size_t responseHeadBytes_ = 0;
};

}  // namespace sluice::session
