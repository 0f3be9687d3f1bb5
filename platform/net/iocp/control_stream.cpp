#include "platform/net/control_stream.h"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/windows/overlapped_ptr.hpp>
#include <asio/windows/stream_handle.hpp>
#include <asio/write.hpp>
#include <utility>

#include "platform/net/address.h"
#include "platform/windows/control_pipe.h"

namespace sluice::net {
namespace {

using asio::windows::stream_handle;

class PipeStream final : public ControlStream {
 public:
  explicit PipeStream(stream_handle pipe) : pipe_(std::move(pipe)) {}

  void receiveSome(MutableBytes into, Received done) override {
    pipe_.async_read_some(asio::buffer(into.data(), into.size()), std::move(done));
  }
  void sendAll(Bytes bytes, Sent done) override {
    asio::async_write(pipe_, asio::buffer(bytes.data(), bytes.size()),
                      [done = std::move(done)](const std::error_code& code, std::size_t) { done(code); });
  }
  // Not disconnected: the client can still read what was sent before.
  void close() override {
    std::error_code ignored;
    pipe_.close(ignored);
  }
  std::intptr_t handle() override { return reinterpret_cast<std::intptr_t>(pipe_.native_handle()); }

 private:
  stream_handle pipe_;
};

// One instance of the pipe always waits for the next client.
class PipeAcceptor final : public ControlAcceptor {
 public:
  PipeAcceptor(asio::io_context& loop, stream_handle first, std::string address)
      : loop_(loop), next_(std::move(first)), address_(std::move(address)) {}

  void accept(Accepted done) override {
    if (!next_.is_open()) {
      if (const auto failed = renew()) return tellLater(std::move(done), failed);
    }
    asio::windows::overlapped_ptr operation(
        loop_, [this, alive = std::weak_ptr(alive_), done = std::move(done)](const std::error_code& code, std::size_t) {
          // Of a client that came and went there is still a pipe, whose first read says so.
          if (alive.expired() || !open_) return done(asio::error::operation_aborted, nullptr);
          if (code) return done(code, nullptr);
          auto stream = std::make_unique<PipeStream>(std::move(next_));
          renew();  // where it fails, the next accept() says why
          done({}, std::move(stream));
        });
    const bool connected = ConnectNamedPipe(next_.native_handle(), operation.get()) != 0;
    const DWORD why = connected ? ERROR_SUCCESS : GetLastError();
    if (why == ERROR_IO_PENDING) {
      operation.release();
    } else if (why == ERROR_PIPE_CONNECTED || why == ERROR_SUCCESS) {
      operation.complete({}, 0);
    } else {
      operation.complete(std::error_code(static_cast<int>(why), asio::error::get_system_category()), 0);
    }
  }

  bool isOpen() const override { return open_; }
  void close() override {
    open_ = false;
    std::error_code ignored;
    next_.close(ignored);
  }

 private:
  std::error_code renew() {
    auto instance = platform::makePipeInstance(address_, platform::PipeInstance::Another);
    if (!instance) return {instance.error().systemCode, asio::error::get_system_category()};
    stream_handle pipe(loop_);
    std::error_code code;
    pipe.assign(reinterpret_cast<HANDLE>(instance->get()), code);
    if (!code) instance->release();
    next_ = std::move(pipe);
    return code;
  }
  void tellLater(Accepted done, std::error_code code) {
    asio::post(loop_, [done = std::move(done), code] { done(code, nullptr); });
  }

  asio::io_context& loop_;
  stream_handle next_;
  const std::string address_;
  bool open_ = true;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // a completion can come after this object
};

}  // namespace

Result<std::unique_ptr<ControlAcceptor>> ControlAcceptor::open(asio::io_context& loop, std::intptr_t listener,
                                                               const std::string& address) {
  stream_handle pipe(loop);
  std::error_code code;
  pipe.assign(reinterpret_cast<HANDLE>(listener), code);
  if (code) return fail(toError(code, Side::Local, "control pipe " + address));
  return std::make_unique<PipeAcceptor>(loop, std::move(pipe), address);
}

}  // namespace sluice::net
