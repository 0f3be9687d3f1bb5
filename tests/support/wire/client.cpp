#include "tests/support/wire/client.h"

#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

namespace sluice::test {

// Runs one asynchronous operation to its end, or cancels it at the deadline. By a timer of its own, since after run_for() Asio 1.22 over
// io_uring takes the end of its own wait for that of an operation which is gone.
template <class Start>
std::size_t Client::waitFor(Start start, std::error_code& error) {
  std::size_t count = 0;
  bool late = false;
  asio::steady_timer deadline(io_, kDeadline);
  deadline.async_wait([&](std::error_code cancelled) {
    if (cancelled) return;
    late = true;
    std::error_code ignored;
    socket_.close(ignored);
  });
  start([&](std::error_code result, std::size_t bytes) {
    error = result;
    count = bytes;
    deadline.cancel();
  });
  io_.restart();
  io_.run();
  if (late) error = asio::error::timed_out;
  return count;
}

Client::Client(std::uint16_t port, asio::ip::address host) : socket_(io_), input_(*this) {
  std::error_code error;
  waitFor(
      [&](auto done) {
        socket_.async_connect({host, port}, [done](std::error_code result) mutable { done(result, 0); });
      },
      error);
  connected_ = !error;
  if (error) failure_ = error.message();
  std::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

std::uint16_t Client::localPort() const {
  std::error_code ignored;
  return socket_.local_endpoint(ignored).port();
}

std::size_t Client::read(MutableBytes into) {
  std::error_code error;
  const auto count = waitFor(
      [&](auto done) { socket_.async_read_some(asio::buffer(into.data(), into.size()), std::move(done)); }, error);
  if (error == asio::error::eof) {
    ended_ = true;
  } else if (error) {
    failure_ = error.message();
  }
  return error ? 0 : count;
}

bool Client::write(Bytes bytes) {
  std::error_code error;
  waitFor([&](auto done) { asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), std::move(done)); },
          error);
  if (error) failure_ = error.message();
  return !error;
}

void Client::finish() {
  std::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Client::reset() {
  std::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Client::close() {
  std::error_code ignored;
  socket_.close(ignored);
}

std::optional<Reply> Client::reply(const std::string& requestMethod) {
  auto head = readHead(input_);
  if (!head) return std::nullopt;
  Reply reply;
  reply.head = std::move(*head);
  const auto status = reply.status();
  if (requestMethod == "HEAD" || status / 100 == 1 || status == 204 || status == 304) return reply;
  reply.summary = readBody(reply.head, WithoutLength::UntilClose, input_, [&](Bytes piece) {
    reply.body += asText(piece);
    return true;
  });
  return reply;
}

std::optional<Reply> Client::ask(const std::string& request) {
  if (!write(request)) return std::nullopt;
  return reply(request.substr(0, request.find(' ')));
}

std::optional<Reply> Client::get(const std::string& url, const std::string& moreFields) {
  const auto start = url.find("://") + 3;
  const auto host = url.substr(start, url.find('/', start) - start);
  return ask("GET " + url + " HTTP/1.1\r\nHost: " + host + "\r\n" + moreFields + "\r\n");
}

bool Client::tunnel(const std::string& target) {
  if (!write("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n")) return false;
  const auto head = readHead(input_);
  return head && head->status() == 200;
}

}  // namespace sluice::test
