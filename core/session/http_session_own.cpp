// HttpSession: requests to the proxy's own host, which exists only behind it.
#include "core/codec/http1/chars.h"
#include "core/codec/http1/local_response.h"
#include "core/session/http_session.h"

namespace sluice::session {

bool HttpSession::isForUs(const http1::Target& target) const {
  return !origin_ && target.form == http1::Target::Form::Absolute && target.scheme == http1::Target::Scheme::Http &&
         http1::equalsIgnoringCase(target.authority.host, kOwnHost);
}

void HttpSession::answerOwnPage(const http1::Target& target, Now now) {
  std::string path;
  target.appendOriginForm(path);
  const auto page = ids_.ownPage(path);
  const bool keep = requestIsWhole() && !stopping_ && !clientEnded_ && clientPersistence_ == http1::Persistence::KeepOpen;
  std::string head = "HTTP/1.1 " + std::to_string(page.status) + " " + std::string(http1::reasonPhrase(page.status)) +
                     "\r\nContent-Type: " + page.contentType + "\r\nContent-Length: " + std::to_string(page.body.size()) +
                     "\r\nCache-Control: no-store\r\n";
  if (!page.fileName.empty()) head += "Content-Disposition: attachment; filename=\"" + page.fileName + "\"\r\n";
  head += keep ? "\r\n" : "Connection: close\r\n\r\n";

  recording_->responseHeadCame(now.mono);
  tell(recording_->responseStarted(page.status, page.contentType, head));
  const std::size_t headBytes = head.size();
  if (requestParser_.head().method() != "HEAD") {
    head += page.body;
    tell(capture::BodyChunk{recording_->exchange(), capture::Direction::Response, page.body});
    recording_->responseBodyEnded({{page.body.size(), page.body.size()}, {}, {}, false});
  }
  command(SendToClient{std::move(head), headBytes});
  endExchange({}, now);
  if (!keep) return close(CloseClient::Kind::FlushThenClose);
  requestParser_.reset();
  phase_ = Phase::AwaitRequest;
}

}  // namespace sluice::session
