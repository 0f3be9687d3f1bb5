#include "platform/client_program.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "platform/linux/client_descriptors.h"
#include "platform/posix/descriptor.h"

namespace sluice::platform {
namespace {

struct SocketOwner {
  std::uint64_t inode = 0;
  uid_t user = 0;
};

struct DiagRequest {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

bool isMappedV4(const SocketAddress& address) {
  constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kPrefix.begin(), kPrefix.end(), address.bytes.begin());
}

void put(const SocketAddress& address, bool v4, __be32 (&words)[4], __be16& port) {
  if (v4) {
    std::memcpy(words, address.bytes.data() + 12, 4);
  } else {
    std::memcpy(words, address.bytes.data(), 16);
  }
  port = htons(address.port);
}

// The one socket with these two ends, by sock_diag(7): the time does not depend on how many sockets there are.
DiagRequest requestFor(const SocketAddress& client, const SocketAddress& server) {
  DiagRequest request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  const bool v4 = isMappedV4(client) && isMappedV4(server);
  request.body.sdiag_family = v4 ? AF_INET : AF_INET6;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = ~0u;
  put(client, v4, request.body.id.idiag_src, request.body.id.idiag_sport);
  put(server, v4, request.body.id.idiag_dst, request.body.id.idiag_dport);
  request.body.id.idiag_cookie[0] = request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return request;
}

// The system's answers. Where one did not come, the next is asked for on another socket, so that it is no answer to this.
class SocketOwners {
 public:
  std::optional<SocketOwner> find(const SocketAddress& client, const SocketAddress& server);

 private:
  OwnedHandle link_;
};

std::optional<SocketOwner> SocketOwners::find(const SocketAddress& client, const SocketAddress& server) {
  OwnedHandle link = std::move(link_);
  if (!link) link = OwnedHandle(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!link) return std::nullopt;
  const DiagRequest request = requestFor(client, server);
  if (::send(descriptor(link), &request, sizeof request, 0) != sizeof request) return std::nullopt;
  alignas(nlmsghdr) std::array<char, 4096> answer;
  const auto size = ::recv(descriptor(link), answer.data(), answer.size(), 0);
  if (size <= 0) return std::nullopt;
  link_ = std::move(link);
  nlmsghdr header{};
  inet_diag_msg found{};
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof found))) return std::nullopt;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;  // no such socket
  std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof found);
  if (found.idiag_inode == 0) return std::nullopt;  // no process has it any more
  return SocketOwner{found.idiag_inode, found.idiag_uid};
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::optional<std::uint64_t> numberOf(const char* name) {
  std::uint64_t number = 0;
  const char* end = name + std::strlen(name);
  const auto parsed = std::from_chars(name, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::string linkTarget(const std::string& path) {
  std::array<char, limits::kControlTextBytesMax> target;
  const auto size = ::readlink(path.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string processDirectory(std::uint64_t process) { return "/proc/" + std::to_string(process); }

// Of the socket that is there, 0 where something else is, nothing where nothing is.
std::optional<std::uint64_t> socketAt(int directory, const char* name) {
  std::array<char, 64> target;
  const auto size = ::readlinkat(directory, name, target.data(), target.size());
  if (size <= 0) return std::nullopt;
  constexpr std::string_view kSocket = "socket:[";
  if (!std::string_view(target.data(), static_cast<std::size_t>(size)).starts_with(kSocket)) return 0;
  std::uint64_t inode = 0;
  std::from_chars(target.data() + kSocket.size(), target.data() + size, inode);
  return inode;
}

// A process whose number is free has no likelier one: it would have had that.
std::optional<ProcessDescriptor> guess(ClientDescriptors& known, std::uint64_t inode) {
  std::optional<std::uint64_t> unlikely;
  for (const auto& each : known.guesses(inode)) {
    if (each.process == unlikely) continue;
    const std::string path = processDirectory(each.process) + "/fd/" + std::to_string(each.number);
    const auto there = socketAt(AT_FDCWD, path.c_str());
    if (there == inode) return each;
    if (there) {
      known.taken(each, *there);
    } else {
      unlikely = each.process;
    }
  }
  return std::nullopt;
}

std::optional<ProcessDescriptor> findAmong(const std::vector<std::uint64_t>& processes, std::uint64_t inode, ClientDescriptors& known) {
  for (const auto process : processes) {
    const std::string path = processDirectory(process) + "/fd";
    const Directory directory(::opendir(path.c_str()));
    if (directory == nullptr) known.gone(process);
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
      const auto number = numberOf(entry->d_name);
      if (!number || socketAt(::dirfd(directory.get()), entry->d_name) != inode) continue;
      return ProcessDescriptor{process, static_cast<int>(*number)};
    }
  }
  return std::nullopt;
}

// Those of this user, the youngest numbers first: a short-lived client is among them.
std::vector<std::uint64_t> processesOf(uid_t user) {
  std::vector<std::uint64_t> processes;
  const Directory directory(::opendir("/proc"));
  if (directory == nullptr) return processes;
  while (const dirent* entry = ::readdir(directory.get())) {
    const auto process = numberOf(entry->d_name);
    if (!process) continue;
    struct stat facts {};
    const bool known = ::fstatat(::dirfd(directory.get()), entry->d_name, &facts, 0) == 0;
    if (known && facts.st_uid == user) processes.push_back(*process);
  }
  std::sort(processes.rbegin(), processes.rend());
  return processes;
}

ClientProgram programOf(std::uint64_t process) {
  ClientProgram program{process, {}, linkTarget(processDirectory(process) + "/exe")};
  // An updated program goes on running from a file that is gone.
  constexpr std::string_view kDeleted = " (deleted)";
  if (program.path.ends_with(kDeleted)) program.path.resize(program.path.size() - kDeleted.size());
  program.name = program.path.substr(program.path.rfind('/') + 1);
  if (program.name.empty()) {
    std::ifstream comm(processDirectory(process) + "/comm");
    std::getline(comm, program.name);
  }
  return program;
}

}  // namespace

struct ClientPrograms::Memory {
  SocketOwners owners;
  ClientDescriptors known;
};

ClientPrograms::ClientPrograms() : memory_(std::make_unique<Memory>()) {}
ClientPrograms::~ClientPrograms() = default;

std::optional<ClientProgram> ClientPrograms::find(const ClientQuestion& question) {
  auto& [owners, known] = *memory_;
  for (const auto each : question.ended) known.ended(each);
  const auto owner = owners.find(question.client, question.server);
  if (!owner) return std::nullopt;
  // Nobody is looked through for a connection that has ended meanwhile: where they come quickly, that is most that are left.
  const auto isOpen = [&] {
    const auto now = owners.find(question.client, question.server);
    return now && now->inode == owner->inode;
  };
  auto found = guess(known, owner->inode);
  if (!found && isOpen()) found = findAmong(known.processes(), owner->inode, known);
  if (!found && isOpen()) found = findAmong(processesOf(owner->user), owner->inode, known);
  if (!found) return std::nullopt;
  known.opened(question.connection, *found);
  return programOf(found->process);
}

}  // namespace sluice::platform
