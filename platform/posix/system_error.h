// An errno as an Error. Private to the files for POSIX systems. Any thread.
#pragma once

#include <cerrno>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/result.h"

namespace sluice::platform {

inline Code codeOf(int systemCode) {
  switch (systemCode) {
    case EACCES:
    case EPERM:
    case EROFS: return Code::AccessDenied;
    case ENOENT: return Code::NotFound;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return Code::NoSpace;
    case ENOMEM: return Code::OutOfMemory;
    case EADDRINUSE: return Code::AddressInUse;
    case ECONNREFUSED: return Code::ConnectionRefused;
    case EPIPE:
    case ECONNRESET: return Code::ConnectionReset;
    default: return Code::System;
  }
}

// `systemCode` is errno, `what` names the file or the peer.
inline tl::unexpected<Error> systemFailure(int systemCode, std::string what) {
  return fail(Side::Local, codeOf(systemCode), std::move(what), systemCode);
}

}  // namespace sluice::platform
