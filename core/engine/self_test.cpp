#include "core/engine/self_test.h"

#include <algorithm>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/throttle/loss.h"
#include "platform/net/address.h"

namespace sluice::engine {
namespace {

using asio::ip::tcp;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::size_t kEchoesMax = 60;
constexpr auto kPatience = std::chrono::seconds(130);  // a round trip of the slowest profile there can be, and a little

// Bytes that came, and when: whole portions of a limiter between the first and the last.
class Meter {
 public:
  explicit Meter(const SelfTestTimes& times) : times_(times) {}

  void came(std::size_t bytes) {
    const auto now = Steady::now();
    if (first_ == Steady::time_point{}) first_ = now;
    if (now < first_ + times_.settle) return;
    if (begin_ == Steady::time_point{}) {
      begin_ = end_ = now;
      return;
    }
    bytes_ += bytes;
    end_ = now;
  }
  bool isDone() const { return begin_ != Steady::time_point{} && end_ >= begin_ + times_.measure; }
  std::uint64_t bytesPerSecond() const {
    const double seconds = std::chrono::duration<double>(end_ - begin_).count();
    return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(bytes_) / seconds + 0.5) : 0;
  }

 private:
  SelfTestTimes times_;
  Steady::time_point first_{};
  Steady::time_point begin_{};
  Steady::time_point end_{};
  std::uint64_t bytes_ = 0;
};

const std::string& piece() {
  static const std::string kPiece(kPieceBytes, 's');
  return kPiece;
}

}  // namespace

// The far end. A first byte of 0 tells the proxy that this is no protocol it knows; the second says what is wanted: 'd' to be sent
// bytes without end, 'u' to have them counted, 'e' to have each one sent back.
class SelfTest::Target {
 public:
  Target(const SelfTestTimes& times, tcp::acceptor acceptor) : times_(times), acceptor_(std::move(acceptor)), upload_(times) {
    accept();
  }

  Meter& beginUpload() { return upload_ = Meter(times_); }

 private:
  struct Peer {
    explicit Peer(tcp::socket s) : socket(std::move(s)) {}
    tcp::socket socket;
    std::vector<char> buffer = std::vector<char>(kPieceBytes);
  };
  using Shared = std::shared_ptr<Peer>;

  void accept() {
    acceptor_.async_accept([this](const std::error_code& code, tcp::socket socket) {
      if (code) return;
      auto peer = std::make_shared<Peer>(std::move(socket));
      asio::async_read(peer->socket, asio::buffer(peer->buffer, 2), [this, peer](const std::error_code& failed, std::size_t) {
        if (!failed) serve(peer);
      });
      accept();
    });
  }

  void serve(const Shared& peer) {
    switch (peer->buffer[1]) {
      case 'd': return send(peer);
      case 'u': return count(peer);
      case 'e': return echo(peer);
      default: return;
    }
  }

  void send(const Shared& peer) {
    asio::async_write(peer->socket, asio::buffer(piece()), [this, peer](const std::error_code& code, std::size_t) {
      if (!code) send(peer);
    });
  }

  void count(const Shared& peer) {
    peer->socket.async_read_some(asio::buffer(peer->buffer), [this, peer](const std::error_code& code, std::size_t bytes) {
      if (code) return;
      upload_.came(bytes);
      count(peer);
    });
  }

  void echo(const Shared& peer) {
    asio::async_read(peer->socket, asio::buffer(peer->buffer, 1), [this, peer](const std::error_code& code, std::size_t) {
      if (code) return;
      asio::async_write(peer->socket, asio::buffer(peer->buffer, 1), [this, peer](const std::error_code& failed, std::size_t) {
        if (!failed) echo(peer);
      });
    });
  }

  const SelfTestTimes times_;
  tcp::acceptor acceptor_;
  Meter upload_;
};

// One tunnel, used in straight lines: each step runs the loop until it is done.
class SelfTest::Client {
 public:
  Client(asio::io_context& loop, const std::atomic<bool>& stopped) : stopped_(stopped), loop_(loop), socket_(loop) {}
  ~Client() { close(); }

  Result<void> open(const tcp::endpoint& proxy, const tcp::endpoint& target, char what) {
    const auto connected = step([&](auto done) { socket_.async_connect(proxy, [done](const std::error_code& code) { done(code, 0); }); });
    if (!connected) return fail(connected.error());
    std::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    const auto name = net::toText(target);
    if (auto sent = write("CONNECT " + name + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n"); !sent) return sent;
    std::string answer;
    const auto got = step([&](auto done) { asio::async_read_until(socket_, asio::dynamic_buffer(answer, 16 * 1024), "\r\n\r\n", done); });
    if (!got) return fail(got.error());
    if (!answer.starts_with("HTTP/1.1 200 ")) {
      return fail(Side::Local, Code::ProtocolFault, "the proxy did not open a tunnel: " + answer.substr(0, answer.find("\r\n")));
    }
    return write(std::string{'\0', what});
  }

  Result<void> write(const std::string& bytes) {
    const auto written = step([&](auto done) { asio::async_write(socket_, asio::buffer(bytes), done); });
    if (!written) return fail(written.error());
    return {};
  }
  Result<std::size_t> read(std::vector<char>& into) {
    return step([&](auto done) { socket_.async_read_some(asio::buffer(into), done); });
  }
  // Sends without end until `over` says so.
  Result<void> sendUntil(const std::function<bool()>& over) {
    sendOn();
    return runUntil(over);
  }
  void pause(Steady::duration time) {
    asio::steady_timer timer(loop_, time);
    static_cast<void>(step([&](auto done) { timer.async_wait([done](const std::error_code& code) { done(code, 0); }); }));
  }

 private:
  // Starts something asynchronous and runs the loop until it has ended.
  template <class Start>
  Result<std::size_t> step(Start start) {
    struct State {
      bool done = false;
      std::error_code code;
      std::size_t bytes = 0;
    };
    const auto state = std::make_shared<State>();
    start([state](const std::error_code& code, std::size_t bytes) { *state = {true, code, bytes}; });
    if (auto ran = runUntil([&] { return state->done; }); !ran) {
      close();  // before what it reads into or writes from goes
      return fail(ran.error());
    }
    if (state->code) return fail(net::toError(state->code, Side::Local, "the self-test"));
    return state->bytes;
  }

  // Nothing is waited for any more: its handlers have run.
  void close() {
    std::error_code ignored;
    socket_.close(ignored);
    loop_.restart();
    loop_.poll();
  }

  Result<void> runUntil(const std::function<bool()>& over) {
    const auto until = Steady::now() + kPatience;
    loop_.restart();
    while (!over()) {
      if (stopped_) return fail(Side::Local, Code::Aborted, "the self-test was stopped");
      if (loop_.run_one_until(until) == 0 && Steady::now() >= until) {
        return fail(Side::Local, Code::IdleTimeout, "the self-test waited too long");
      }
    }
    return {};
  }

  void sendOn() {
    asio::async_write(socket_, asio::buffer(piece()), [this](const std::error_code& code, std::size_t) {
      if (!code) sendOn();
    });
  }

  const std::atomic<bool>& stopped_;
  asio::io_context& loop_;
  tcp::socket socket_;
};

SelfTest::SelfTest(const tcp::endpoint& proxy, SelfTestTimes times) : proxy_(proxy), times_(times) {}
SelfTest::~SelfTest() = default;

Result<std::unique_ptr<SelfTest>> SelfTest::create(const tcp::endpoint& proxy, SelfTestTimes times) {
  std::unique_ptr<SelfTest> test(new SelfTest(proxy, times));
  tcp::acceptor acceptor(test->loop_);
  std::error_code code;
  const tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
  acceptor.open(any.protocol(), code);
  if (!code) acceptor.bind(any, code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (!code) test->target_ = acceptor.local_endpoint(code);
  if (code) return fail(net::toError(code, Side::Local, "the self-test cannot listen"));
  test->server_ = std::make_unique<Target>(times, std::move(acceptor));
  return test;
}

void SelfTest::stop() {
  stopped_ = true;
  loop_.stop();
}

Result<std::uint64_t> SelfTest::rate(char direction) {
  Client client(loop_, stopped_);
  if (auto opened = client.open(proxy_, target_, direction); !opened) return fail(opened.error());
  if (direction == 'u') {
    Meter& meter = server_->beginUpload();
    if (auto sent = client.sendUntil([&] { return meter.isDone(); }); !sent) return fail(sent.error());
    return meter.bytesPerSecond();
  }
  Meter meter(times_);
  std::vector<char> buffer(kPieceBytes);
  while (!meter.isDone()) {
    const auto count = client.read(buffer);
    if (!count) return fail(count.error());
    meter.came(*count);
  }
  return meter.bytesPerSecond();
}

// One byte there and back at a time, with a pause in between that lets the limiter forget the one before.
Result<void> SelfTest::timeEchoes(control::SelfTestReply& reply) {
  Client client(loop_, stopped_);
  if (auto opened = client.open(proxy_, target_, 'e'); !opened) return opened;
  const auto until = Steady::now() + times_.echoes;
  std::vector<char> buffer(16);
  std::vector<Micros> times;
  // The first has the way to the target to be opened.
  while (times.size() < 2 || (times.size() <= kEchoesMax && Steady::now() < until)) {
    const auto sent = Steady::now();
    if (auto written = client.write("e"); !written) return written;
    if (const auto got = client.read(buffer); !got) return fail(got.error());
    times.push_back(std::chrono::duration_cast<Micros>(Steady::now() - sent));
    client.pause(std::chrono::milliseconds(5));
  }
  times.erase(times.begin());
  std::sort(times.begin(), times.end());
  reply.roundTrip = times[times.size() / 2];
  std::vector<Micros> off;
  for (const Micros each : times) off.push_back(Micros(std::llabs((each - reply.roundTrip).count())));
  std::sort(off.begin(), off.end());
  reply.jitter = off[off.size() * 9 / 10 - (off.size() >= 10 ? 1 : 0)];
  return {};
}

Result<control::SelfTestReply> SelfTest::measure(const throttle::Profile& profile) {
  const auto asked = [&](const throttle::Lane& lane) {
    const auto shared = throttle::effectiveRate(lane, profile.roundTrip());
    const auto each = profile.perConnection;
    return each.isUnlimited() || (!shared.isUnlimited() && shared.bytesPerSecond < each.bytesPerSecond) ? shared.bytesPerSecond
                                                                                                          : each.bytesPerSecond;
  };
  control::SelfTestReply reply;
  reply.downAsked = asked(profile.down);
  reply.upAsked = asked(profile.up);
  reply.roundTripAsked = profile.roundTrip();
  reply.jitterAsked = profile.down.jitter + profile.up.jitter;
  if (auto timed = timeEchoes(reply); !timed) return fail(timed.error());
  const auto down = rate('d');
  if (!down) return fail(down.error());
  const auto up = rate('u');
  if (!up) return fail(up.error());
  reply.downAchieved = *down;
  reply.upAchieved = *up;
  return reply;
}

}  // namespace sluice::engine
