#include "platform/client_program.h"

#include <libproc.h>
#include <netinet/in.h>
#include <sys/proc_info.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <vector>

#include "platform/recent_processes.h"

namespace sluice::platform {
namespace {

SocketAddress addressOf(const in_sockinfo& info, bool local) {
  SocketAddress address;
  if ((info.insi_vflag & INI_IPV4) != 0) {
    const in_addr& v4 = local ? info.insi_laddr.ina_46.i46a_addr4 : info.insi_faddr.ina_46.i46a_addr4;
    address.bytes[10] = address.bytes[11] = 0xff;
    std::memcpy(address.bytes.data() + 12, &v4, sizeof v4);
  } else {
    const in6_addr& v6 = local ? info.insi_laddr.ina_6 : info.insi_faddr.ina_6;
    std::memcpy(address.bytes.data(), &v6, sizeof v6);
  }
  // Ports stand in the low half of an int in network order.
  address.port = ntohs(static_cast<std::uint16_t>(local ? info.insi_lport : info.insi_fport));
  return address;
}

bool same(const SocketAddress& a, const SocketAddress& b) { return a.port == b.port && a.bytes == b.bytes; }

bool isConnection(int process, int descriptor, const SocketAddress& client, const SocketAddress& server) {
  socket_fdinfo info{};
  const int size = proc_pidfdinfo(process, descriptor, PROC_PIDFDSOCKETINFO, &info, sizeof info);
  if (size != static_cast<int>(sizeof info) || info.psi.soi_kind != SOCKINFO_TCP) return false;
  const in_sockinfo& ends = info.psi.soi_proto.pri_tcp.tcpsi_ini;
  return same(addressOf(ends, true), client) && same(addressOf(ends, false), server);
}

// Processes of other users show nothing, and one that ended meanwhile has no descriptors.
bool holds(int process, const SocketAddress& client, const SocketAddress& server) {
  const int bytes = proc_pidinfo(process, PROC_PIDLISTFDS, 0, nullptr, 0);
  if (bytes <= 0) return false;
  std::vector<proc_fdinfo> descriptors(static_cast<std::size_t>(bytes) / sizeof(proc_fdinfo));
  const int got = proc_pidinfo(process, PROC_PIDLISTFDS, 0, descriptors.data(), bytes);
  descriptors.resize(static_cast<std::size_t>(std::max(got, 0)) / sizeof(proc_fdinfo));
  return std::any_of(descriptors.begin(), descriptors.end(), [&](const proc_fdinfo& each) {
    return each.proc_fdtype == PROX_FDTYPE_SOCKET && isConnection(process, each.proc_fd, client, server);
  });
}

std::vector<int> everyProcess() {
  const int count = proc_listallpids(nullptr, 0);
  if (count <= 0) return {};
  std::vector<int> all(static_cast<std::size_t>(count) + 64);  // some may begin meanwhile
  const int got = proc_listallpids(all.data(), static_cast<int>(all.size() * sizeof(int)));
  all.resize(static_cast<std::size_t>(std::max(got, 0)));
  return all;
}

ClientProgram programOf(int process) {
  ClientProgram program{static_cast<std::uint64_t>(process), {}, {}};
  char path[PROC_PIDPATHINFO_MAXSIZE];
  if (const int size = proc_pidpath(process, path, sizeof path); size > 0) program.path.assign(path, static_cast<std::size_t>(size));
  program.name = program.path.substr(program.path.rfind('/') + 1);
  return program;
}

}  // namespace

struct ClientPrograms::Memory {
  std::deque<std::uint64_t> lately;  // processes, the latest first
};

ClientPrograms::ClientPrograms() : memory_(std::make_unique<Memory>()) {}
ClientPrograms::~ClientPrograms() = default;

std::optional<ClientProgram> ClientPrograms::find(const ClientQuestion& question) {
  const auto process = findProcess(
      memory_->lately, [&](auto each) { return holds(static_cast<int>(each), question.client, question.server); }, everyProcess);
  if (!process) return std::nullopt;
  return programOf(static_cast<int>(*process));
}

}  // namespace sluice::platform
