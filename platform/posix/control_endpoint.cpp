#include "platform/control_endpoint.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "platform/data_dir.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/local_address.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

constexpr const char* kSocketName = "control.sock";

// A socket that listens at `name`, replacing what a dead engine left there.
Result<OwnedHandle> listenAt(const path& name) {
  const auto address = localAddress(name.string());
  if (!address) return fail(address.error());
  OwnedHandle listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!listener) return systemFailure(errno, "cannot make a control socket");
  const int descriptor_ = descriptor(listener);
  fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor_, F_SETFL, O_NONBLOCK);
  unlink(name.c_str());
  // Between bind and chmod the file may be open to others, but the directory around it is not.
  if (::bind(descriptor_, asSockaddr(*address), sizeof *address) != 0 || chmod(name.c_str(), 0600) != 0 ||
      ::listen(descriptor_, SOMAXCONN) != 0) {
    return systemFailure(errno, "cannot listen on the control socket " + name.string());
  }
  return listener;
}

// A new private directory with a short name: below $XDG_RUNTIME_DIR, else below the temporary directory.
Result<path> makeShortDirectory() {
  for (const char* variable : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
    const char* base = std::getenv(variable);
    if (base == nullptr || base[0] != '/') continue;
    auto name = (path(base) / "sluice-XXXXXX").string();
    if (name.size() + 16 < sizeof(sockaddr_un::sun_path) && mkdtemp(name.data()) != nullptr) return path(name);
  }
  std::string name = "/tmp/sluice-XXXXXX";
  if (mkdtemp(name.data()) != nullptr) return path(name);
  return systemFailure(errno, "cannot make the directory " + name);
}

}  // namespace

Result<ControlEndpoint> ControlEndpoint::listen(const path& dataDir) {
  std::error_code ignored;
  const auto near = std::filesystem::absolute(dataDir, ignored) / kSocketName;
  auto listener = listenAt(near);
  if (listener) return ControlEndpoint(*std::move(listener), near.string(), {});
  const auto directory = makeShortDirectory();
  if (!directory) return fail(listener.error());
  const auto far = *directory / kSocketName;
  auto second = listenAt(far);
  if (second) return ControlEndpoint(*std::move(second), far.string(), *directory);
  rmdir(directory->c_str());
  return fail(listener.error());
}

ControlEndpoint::~ControlEndpoint() {
  if (!address_.empty()) unlink(address_.c_str());
  if (!ownDirectory_.empty()) rmdir(ownDirectory_.c_str());
}

}  // namespace sluice::platform
