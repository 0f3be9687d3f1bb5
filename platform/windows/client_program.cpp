#include "platform/client_program.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "platform/windows/system_error.h"
#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

bool isMappedV4(const SocketAddress& address) {
  constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kPrefix.begin(), kPrefix.end(), address.bytes.begin());
}

// The system's table of all connections of a family, which may grow while it is asked for.
std::vector<std::byte> connections(ULONG family) {
  std::vector<std::byte> table(64 * 1024);
  for (int tries = 0; tries < 5; ++tries) {
    auto size = static_cast<DWORD>(table.size());
    const DWORD result = GetExtendedTcpTable(table.data(), &size, FALSE, family, TCP_TABLE_OWNER_PID_ALL, 0);
    if (result == NO_ERROR) return table;
    if (result != ERROR_INSUFFICIENT_BUFFER) return {};
    table.resize(size + size / 4);
  }
  return {};
}

// Ports stand in the low half of a DWORD in network order.
bool hasPort(DWORD port, const SocketAddress& address) { return ntohs(static_cast<u_short>(port)) == address.port; }

std::uint64_t ownerV4(const SocketAddress& client, const SocketAddress& server) {
  const auto table = connections(AF_INET);
  if (table.empty()) return 0;
  const auto* all = reinterpret_cast<const MIB_TCPTABLE_OWNER_PID*>(table.data());
  for (DWORD i = 0; i < all->dwNumEntries; ++i) {
    const auto& row = all->table[i];
    if (hasPort(row.dwLocalPort, client) && hasPort(row.dwRemotePort, server) &&
        std::memcmp(&row.dwLocalAddr, client.bytes.data() + 12, 4) == 0 &&
        std::memcmp(&row.dwRemoteAddr, server.bytes.data() + 12, 4) == 0) {
      return row.dwOwningPid;
    }
  }
  return 0;
}

std::uint64_t ownerV6(const SocketAddress& client, const SocketAddress& server) {
  const auto table = connections(AF_INET6);
  if (table.empty()) return 0;
  const auto* all = reinterpret_cast<const MIB_TCP6TABLE_OWNER_PID*>(table.data());
  for (DWORD i = 0; i < all->dwNumEntries; ++i) {
    const auto& row = all->table[i];
    if (hasPort(row.dwLocalPort, client) && hasPort(row.dwRemotePort, server) &&
        std::memcmp(row.ucLocalAddr, client.bytes.data(), 16) == 0 &&
        std::memcmp(row.ucRemoteAddr, server.bytes.data(), 16) == 0) {
      return row.dwOwningPid;
    }
  }
  return 0;
}

ClientProgram programOf(std::uint64_t number) {
  ClientProgram program{number, {}, {}};
  const OwnedHandle process =
      owned(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(number)));
  if (!process) return program;
  std::wstring path(32768, L'\0');  // the longest that there is
  auto size = static_cast<DWORD>(path.size());
  if (QueryFullProcessImageNameW(systemHandle(process), 0, path.data(), &size) == 0) return program;
  program.path = narrow(std::wstring_view(path).substr(0, size));
  program.name = program.path.substr(program.path.rfind('\\') + 1);
  return program;
}

}  // namespace

// The system knows the owner of each connection itself: nothing is gained by remembering who asked lately.
struct ClientPrograms::Memory {};

ClientPrograms::ClientPrograms() = default;
ClientPrograms::~ClientPrograms() = default;

std::optional<ClientProgram> ClientPrograms::find(const ClientQuestion& question) {
  const bool v4 = isMappedV4(question.client) && isMappedV4(question.server);
  const auto owner = v4 ? ownerV4(question.client, question.server) : ownerV6(question.client, question.server);
  if (owner == 0) return std::nullopt;
  return programOf(owner);
}

}  // namespace sluice::platform
