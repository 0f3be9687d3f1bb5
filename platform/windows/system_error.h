// GetLastError() as an Error, and the HANDLE inside a Handle. Private to the files for Windows. Any thread.
#pragma once

#include <windows.h>

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

inline HANDLE systemHandle(Handle handle) { return reinterpret_cast<HANDLE>(handle); }
inline HANDLE systemHandle(const OwnedHandle& handle) { return systemHandle(handle.get()); }

// INVALID_HANDLE_VALUE is kNoHandle; some calls say null instead.
inline OwnedHandle owned(HANDLE handle) {
  return handle == nullptr ? OwnedHandle() : OwnedHandle(reinterpret_cast<Handle>(handle));
}

inline Code codeOf(DWORD systemCode) {
  switch (systemCode) {
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_WRITE_PROTECT: return Code::AccessDenied;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_NETPATH: return Code::NotFound;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL: return Code::NoSpace;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY: return Code::OutOfMemory;
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED: return Code::ConnectionReset;
    default: return Code::System;
  }
}

// `systemCode` is what GetLastError() said, `what` names the file or the peer.
inline tl::unexpected<Error> systemFailure(DWORD systemCode, std::string what) {
  return fail(Side::Local, codeOf(systemCode), std::move(what), static_cast<int>(systemCode));
}

}  // namespace sluice::platform
