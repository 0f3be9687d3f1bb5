// TLS over a blocking client, for tests that must see the proxy's certificate and handshake. One thread at a time.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "core/codec/tls/session.h"
#include "tests/support/wire/client.h"

namespace sluice::test {

class TlsClient final : public Stream {
 public:
  // `roots`: whom it trusts, PEM. Empty: whoever it is.
  TlsClient(Client& client, const std::string& roots, const std::string& host)
      : client_(client),
        context_(tls::ClientContext::create({roots, {}}, {}).value()),
        session_(tls::Session::toServer(*context_, {host, host, host, !roots.empty()}).value()),
        input_(*this) {}

  bool shakeHands() {
    while (true) {
      const auto progress = session_->handshake();
      if (!push() || progress == tls::Session::Progress::Failed) return false;
      if (progress == tls::Session::Progress::Done) return true;
      pull();
    }
  }
  const tls::Session& session() const { return *session_; }
  Input& input() { return input_; }

  std::size_t read(MutableBytes into) override {
    while (true) {
      const auto result = session_->read(into);
      last_ = result.status;
      if (result.status == IoResult::Status::Ok) return result.bytes;
      if (result.status != IoResult::Status::WouldBlock) return 0;
      pull();
    }
  }
  // After read() gave nothing: whether the stream ended with close_notify.
  bool endedInOrder() const { return last_ == IoResult::Status::End; }
  bool write(Bytes bytes) override { return session_->write(bytes).has_value() && push(); }
  using Stream::write;
  void finish() override {
    session_->endSending();
    push();
  }
  void reset() override { client_.reset(); }
  void close() override { client_.close(); }

  std::optional<Reply> ask(const std::string& request) {
    if (!write(request)) return std::nullopt;
    auto head = readHead(input_);
    if (!head) return std::nullopt;
    Reply reply;
    reply.head = std::move(*head);
    reply.summary = readBody(reply.head, WithoutLength::UntilClose, input_, [&](Bytes piece) {
      reply.body += asText(piece);
      return true;
    });
    return reply;
  }

 private:
  bool push() {
    const auto bytes = session_->outgoing();
    const bool sent = bytes.empty() || client_.write(bytes);
    session_->sent(bytes.size());
    return sent;
  }
  void pull() {
    const auto count = client_.read(session_->room());
    if (count == 0) session_->receivedEnd();
    session_->received(count);
  }

  Client& client_;
  std::unique_ptr<tls::ClientContext> context_;
  std::unique_ptr<tls::Session> session_;
  Input input_;
  IoResult::Status last_ = IoResult::Status::WouldBlock;
};

}  // namespace sluice::test
