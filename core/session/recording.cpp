#include "core/session/recording.h"

#include <utility>

namespace sluice::session {

Destination destinationOf(const http1::Head& request, const http1::Target* target) {
  Destination destination;
  destination.method = request.method();
  destination.url = request.target();
  if (target == nullptr) return destination;

  destination.host = target->authority.host;
  destination.port = target->port;
  if (target->form == http1::Target::Form::Authority) {
    destination.kind = capture::Kind::Tunnel;
    destination.url = std::string(target->authority.text);
  } else if (target->form == http1::Target::Form::Absolute) {
    destination.scheme = target->schemeText;
    target->appendOriginForm(destination.path);
    destination.url = destination.scheme + "://" + std::string(target->authority.text) + destination.path;
  } else {
    destination.path = target->pathAndQuery;
  }
  return destination;
}

capture::ExchangeStarted Recording::started(Destination destination, std::string_view requestHead) const {
  capture::ExchangeStarted record;
  record.exchange = end_.exchange;
  record.connection = connection_;
  record.kind = destination.kind;
  record.at = startedAt_.wall;
  record.method = std::move(destination.method);
  record.url = std::move(destination.url);
  record.scheme = std::move(destination.scheme);
  record.host = std::move(destination.host);
  record.port = destination.port;
  record.path = std::move(destination.path);
  record.requestHead = requestHead;
  return record;
}

capture::ResponseStarted Recording::responseStarted(int status, std::string_view contentType,
                                                    std::string_view head) const {
  return {end_.exchange, status, std::string(contentType), std::string(head)};
}

capture::ExchangeEnded Recording::ended(Error error, Now now) {
  end_.at = now.wall;
  end_.error = std::move(error);
  end_.phases.finishedUs = since(now.mono);
  end_.request.wireBytes += std::exchange(requestHeadBytes_, 0);
  end_.response.wireBytes += std::exchange(responseHeadBytes_, 0);
  return std::move(end_);
}

void Recording::upstreamOpened(std::string address, bool reused, MonoTime resolvedAt, MonoTime connectedAt) {
  end_.upstreamAddress = std::move(address);
  end_.upstreamReused = reused;
  end_.phases.resolvedUs = resolvedAt == MonoTime{} ? -1 : since(resolvedAt);
  end_.phases.connectedUs = since(connectedAt);
}

void Recording::requestBodyEnded(const BodyEnd& body) {
  end_.request = body.totals;
  end_.requestTrailers = body.trailers;
}

void Recording::responseBodyEnded(const BodyEnd& body) {
  end_.response = body.totals;
  end_.responseTrailers = body.trailers;
}

}  // namespace sluice::session
