// A client that can do everything odd: blocking, byte by byte if it must, and never longer than its deadline. One
// thread at a time.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/support/wire/message.h"
#include "tests/support/wire/stream.h"

namespace sluice::test {

struct Reply {
  Head head;
  std::string body;
  BodySummary summary;

  int status() const { return head.status(); }
};

class Client final : public Stream {
 public:
  static constexpr auto kDeadline = std::chrono::seconds(30);  // for one operation; a busy machine stays far below

  // Connects to a loopback port; connected() tells whether that worked.
  explicit Client(std::uint16_t port, asio::ip::address host = asio::ip::address_v4::loopback());

  bool connected() const { return connected_; }
  std::uint16_t localPort() const;
  Input& input() { return input_; }

  std::size_t read(MutableBytes into) override;
  bool write(Bytes bytes) override;
  using Stream::write;
  void finish() override;
  void reset() override;
  void close() override;

  // How reading ended: in order, or with an error (a reset, the deadline).
  bool ended() const { return ended_; }
  std::string failure() const { return failure_; }

  // Reads one response; nothing when the stream ends before its head.
  std::optional<Reply> reply(const std::string& requestMethod = "GET");
  std::optional<Reply> ask(const std::string& request);
  // GET of an absolute URL, as a client of a proxy sends it.
  std::optional<Reply> get(const std::string& url, const std::string& moreFields = "");
  // CONNECT; true when the tunnel stands.
  bool tunnel(const std::string& target);

 private:
  template <class Start>
  std::size_t waitFor(Start start, std::error_code& error);

  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  Input input_;
  bool connected_ = false;
  bool ended_ = false;
  std::string failure_;
};

}  // namespace sluice::test
