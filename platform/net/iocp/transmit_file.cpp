#include "platform/net/transmit_file.h"

#include <winsock2.h>

#include <mswsock.h>

#include <algorithm>
#include <asio/error.hpp>
#include <asio/windows/overlapped_ptr.hpp>
#include <memory>
#include <utility>

#include "platform/net/address.h"
#include "platform/net/send_file.h"
#include "platform/net/strategy.h"
#include "platform/windows/system_error.h"

namespace sluice::net {
namespace {

struct Range {
  std::uint64_t offset;
  std::size_t bytes;
};

// Whoever opened the file may close it while the system reads from it.
platform::OwnedHandle heldOpen(HANDLE file) {
  HANDLE copy = nullptr;
  const HANDLE self = GetCurrentProcess();
  return DuplicateHandle(self, file, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) != 0 ? platform::owned(copy) : platform::OwnedHandle();
}

IoResult fileFailure(DWORD why) {
  const std::error_code code(static_cast<int>(why), asio::error::get_system_category());
  return IoResult::failed(toError(code, Side::Local, "reading the file that is sent"));
}

// A connection that stood and does not any more.
IoResult socketFailure(std::error_code code, Side side) {
  const auto why = code.value();
  if (why == ERROR_NETNAME_DELETED || why == ERROR_CONNECTION_ABORTED || why == WSAENOTCONN) code = asio::error::connection_reset;
  return IoResult::failed(toError(code, side, "sending a file"));
}

// A file that ends inside the range is no failure to the system.
IoResult outcome(const std::error_code& code, std::size_t sent, Range range, Side side) {
  const bool ended = code ? code.value() == ERROR_HANDLE_EOF : sent < range.bytes;
  if (ended) return fileEndedEarly(range.offset + sent, range.bytes - sent);
  return code ? socketFailure(code, side) : IoResult::ok(sent);
}

}  // namespace

IoResult transmitFile(asio::ip::tcp::socket& socket, std::intptr_t file, std::uint64_t offset, std::size_t length, Side side,
                      Transmitted done) {
  auto held = std::make_shared<const platform::OwnedHandle>(heldOpen(platform::systemHandle(file)));
  LARGE_INTEGER size{};
  if (!*held || GetFileSizeEx(platform::systemHandle(*held), &size) == 0) return fileFailure(GetLastError());
  const auto end = static_cast<std::uint64_t>(size.QuadPart);
  if (end <= offset) return fileEndedEarly(offset, length);
  const Range range{offset, static_cast<std::size_t>(std::min<std::uint64_t>({length, kTransmittedBytesMax, end - offset}))};

  asio::windows::overlapped_ptr operation(
      socket.get_executor(), [held, range, side, done = std::move(done)](const std::error_code& code, std::size_t sent) {
        done(outcome(code, sent, range, side));
      });
  operation.get()->Offset = static_cast<DWORD>(offset);
  operation.get()->OffsetHigh = static_cast<DWORD>(offset >> 32);
  const bool now = TransmitFile(socket.native_handle(), platform::systemHandle(*held), static_cast<DWORD>(range.bytes), 0, operation.get(),
                                nullptr, 0) != 0;
  const int why = now ? 0 : WSAGetLastError();
  if (!now && why != WSA_IO_PENDING) return socketFailure({why, asio::error::get_system_category()}, side);
  operation.release();  // its end comes through the loop, also where it is over already
  return IoResult::ok(range.bytes);
}

}  // namespace sluice::net
