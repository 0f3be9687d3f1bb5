#include "platform/client_program.h"

#include <sys/types.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "platform/recent_processes.h"

namespace sluice::platform {
namespace {

// What the system tells under this name; empty when it does not.
std::vector<std::byte> told(std::span<const int> name) {
  const auto count = static_cast<unsigned>(name.size());
  std::size_t size = 0;
  if (::sysctl(name.data(), count, nullptr, &size, nullptr, 0) != 0) return {};
  std::vector<std::byte> bytes(size + size / 4);  // it may have grown meanwhile
  size = bytes.size();
  if (::sysctl(name.data(), count, bytes.data(), &size, nullptr, 0) != 0) return {};
  bytes.resize(size);
  return bytes;
}

bool same(const sockaddr_storage& told, const SocketAddress& wanted) {
  SocketAddress address;
  if (told.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &told, sizeof v4);
    address.bytes[10] = address.bytes[11] = 0xff;
    std::memcpy(address.bytes.data() + 12, &v4.sin_addr, sizeof v4.sin_addr);
    address.port = ntohs(v4.sin_port);
  } else if (told.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &told, sizeof v6);
    std::memcpy(address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    address.port = ntohs(v6.sin6_port);
  } else {
    return false;
  }
  return address.port == wanted.port && address.bytes == wanted.bytes;
}

// The list holds records of different lengths: as much of each as is in use.
bool holds(int process, const SocketAddress& client, const SocketAddress& server) {
  const auto list = told(std::array<int, 4>{CTL_KERN, KERN_PROC, KERN_PROC_FILEDESC, process});
  for (std::size_t at = 0; at + sizeof(int) <= list.size();) {
    kinfo_file file{};
    int size = 0;
    std::memcpy(&size, list.data() + at, sizeof size);
    if (size <= 0 || at + static_cast<std::size_t>(size) > list.size()) return false;
    std::memcpy(&file, list.data() + at, std::min(sizeof file, static_cast<std::size_t>(size)));
    at += static_cast<std::size_t>(size);
    const auto& ends = file.kf_un.kf_sock;
    if (file.kf_type == KF_TYPE_SOCKET && same(ends.kf_sa_local, client) && same(ends.kf_sa_peer, server)) return true;
  }
  return false;
}

std::vector<int> everyProcess() {
  const auto list = told(std::array<int, 3>{CTL_KERN, KERN_PROC, KERN_PROC_PROC});
  std::vector<int> all;
  for (std::size_t at = 0; at + sizeof(kinfo_proc) <= list.size(); at += sizeof(kinfo_proc)) {
    kinfo_proc each{};
    std::memcpy(&each, list.data() + at, sizeof each);
    all.push_back(each.ki_pid);
  }
  return all;
}

ClientProgram programOf(int process) {
  ClientProgram program{static_cast<std::uint64_t>(process), {}, {}};
  for (const std::byte each : told(std::array<int, 4>{CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, process})) {
    if (each == std::byte{0}) break;
    program.path += static_cast<char>(each);
  }
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
