// Where the engine listens for the app and the command line, and who may connect: this user and nobody else.
// Engine side; created and destroyed on the thread of main(), peerIsThisUser() on any thread.
//
//   auto lock = DataDirLock::acquire(dataDir, now);
//   auto endpoint = ControlEndpoint::listen(dataDir);
//   lock->publish(endpoint->address());
//   auto acceptor = net::ControlAcceptor::open(loop, endpoint->takeListener(), endpoint->address());
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

class ControlEndpoint {
 public:
  // REQUIRES: the lock of `dataDir` is held, so whatever socket file lies there is a dead engine's.
  // Listens on DATA_DIR/control.sock; where the system cannot (the path is too long for a socket, the file system has
  // none), in a private directory below $XDG_RUNTIME_DIR or the temporary directory.
  static Result<ControlEndpoint> listen(const std::filesystem::path& dataDir);

  // What clients connect to: the path of a socket file; on Windows the name of a pipe.
  const std::string& address() const { return address_; }

  // The listening socket, not blocking and closed on exec. The caller owns it from here on.
  Handle takeListener() { return listener_.release(); }

  ControlEndpoint(ControlEndpoint&& other) noexcept
      : ControlEndpoint(std::move(other.listener_), std::exchange(other.address_, {}),
                        std::exchange(other.ownDirectory_, {})) {}
  ControlEndpoint& operator=(ControlEndpoint&&) = delete;
  // Removes the socket file, and the directory if it was made for it.
  ~ControlEndpoint();

 private:
  ControlEndpoint(OwnedHandle listener, std::string address, std::filesystem::path ownDirectory)
      : listener_(std::move(listener)), address_(std::move(address)), ownDirectory_(std::move(ownDirectory)) {}

  OwnedHandle listener_;
  std::string address_;
  std::filesystem::path ownDirectory_;  // empty unless made for the socket alone
};

// Whether the other end of an accepted control connection runs as this user, as the kernel knows it. False: close it.
bool peerIsThisUser(Handle connection);

}  // namespace sluice::platform
