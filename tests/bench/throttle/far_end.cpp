#include "tests/bench/throttle/far_end.h"

#include <utility>

#include "tests/support/origin/secure_doors.h"

namespace sluice::bench {

using asio::ip::tcp;

void readWithoutEnd(Wire& wire, Log& log) {
  std::vector<char> buffer(1 << 20);
  wire.whenReceived = [&log](std::size_t bytes) { log.push_back({Clock::now(), bytes}); };
  while (wire.read(buffer.data(), buffer.size()) > 0) {
  }
  wire.whenReceived = {};
}

void sendWithoutEnd(Wire& wire) {
  const std::string piece(1 << 18, 's');
  while (wire.write(piece)) {
  }
}

FarEnd::FarEnd() : tls_(test::SecureDoors().contextFor(test::ServerCertificate::Right)), accepting_([this] { accept(); }) {}

FarEnd::~FarEnd() {
  stopping_ = true;
  std::error_code ignored;
  tcp::socket(loop_).connect(acceptor_.local_endpoint(), ignored);
  accepting_.join();
  finish();
}

std::deque<Log> FarEnd::finish() {
  const std::lock_guard lock(mutex_);
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  return std::exchange(logs_, {});
}

void FarEnd::accept() {
  while (true) {
    std::error_code code;
    auto socket = acceptor_.accept(code);
    if (stopping_) return;
    if (code) continue;
    const std::lock_guard lock(mutex_);
    Log& log = logs_.emplace_back();
    threads_.emplace_back([this, &log, socket = std::move(socket)]() mutable { serve(std::move(socket), log); });
  }
}

// The first byte tells: a TLS record, a command of ours (0, then 'd', 'u' or 'e'), or a request.
void FarEnd::serve(tcp::socket socket, Log& log) {
  std::error_code code;
  socket.set_option(tcp::no_delay(true), code);
  char first = 0;
  socket.receive(asio::buffer(&first, 1), asio::socket_base::message_peek, code);
  if (code) return;
  Wire wire(std::move(socket));
  if (first == 0x16 && !wire.secureAsServer(tls_->native_handle())) return;
  char command[2] = {'\0', 'd'};
  if (first == 0) {
    for (char& each : command) {
      if (wire.read(&each, 1) == 0) return;
    }
  } else {
    command[1] = wire.readHead().starts_with("POST") ? 'u' : 'd';
    if (command[1] == 'd' && !wire.write("HTTP/1.1 200 OK\r\nContent-Length: 900000000000000\r\n\r\n")) return;
  }
  if (command[1] == 'u') return readWithoutEnd(wire, log);
  if (command[1] == 'd') return sendWithoutEnd(wire);
  for (char each = 0; wire.read(&each, 1) > 0 && wire.write({&each, 1});) {
  }
}

}  // namespace sluice::bench
