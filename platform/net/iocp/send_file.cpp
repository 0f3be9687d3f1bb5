// Of FileMode::Attempt: reads a piece and sends what there is room for.
#include "platform/net/send_file.h"

#include <winsock2.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "platform/net/address.h"
#include "platform/net/strategy.h"

namespace sluice::net {

IoResult readForSending(std::intptr_t file, std::uint64_t offset, std::size_t length, MutableBytes into) {
  OVERLAPPED place{};
  place.Offset = static_cast<DWORD>(offset);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32);
  DWORD count = 0;
  const auto wanted = static_cast<DWORD>(std::min(length, into.size()));
  if (ReadFile(reinterpret_cast<HANDLE>(file), into.data(), wanted, &count, &place) == 0 &&
      GetLastError() != ERROR_HANDLE_EOF) {
    const std::error_code code(static_cast<int>(GetLastError()), std::system_category());
    return IoResult::failed(toError(code, Side::Local, "reading the file that is sent"));
  }
  return count == 0 ? fileEndedEarly(offset, length) : IoResult::ok(count);
}

IoResult sendFile(std::intptr_t socket, std::intptr_t file, std::uint64_t offset, std::size_t length, Side side) {
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kTakenSendBytesMax);
  auto read = readForSending(file, offset, length, {buffer.get(), kTakenSendBytesMax});
  if (read.status != IoResult::Status::Ok) return read;
  const int sent = ::send(static_cast<SOCKET>(socket), reinterpret_cast<const char*>(buffer.get()),
                          static_cast<int>(read.bytes), 0);
  if (sent > 0) return IoResult::ok(static_cast<std::size_t>(sent));
  const int why = WSAGetLastError();
  if (why == WSAEWOULDBLOCK) return IoResult::wouldBlock();
  return IoResult::failed(toError(std::error_code(why, std::system_category()), side, "sending a file"));
}

}  // namespace sluice::net
