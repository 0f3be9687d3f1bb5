// The one system call of sending a file, which macOS and FreeBSD spell differently. Any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace sluice::net {

struct SentSome {
  std::size_t bytes = 0;  // also when the call failed behind some of them
  int error = 0;
};

SentSome sendSome(int socket, int file, off_t offset, std::size_t length);

}  // namespace sluice::net
