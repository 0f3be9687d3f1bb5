// Everything has a limit, and each limit has its reason. Bytes unless the name says otherwise. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::limits {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// Message heads.
inline constexpr std::size_t kHeadBytesMax = 128 * kKiB;  // browsers and servers stop at 8 to 80 KiB; more is an attack
inline constexpr std::size_t kHeaderCountMax = 500;       // real traffic stays under 100; keeps parsing linear in practice
inline constexpr std::size_t kLeadingEmptyLinesMax = 4;   // RFC 9112 2.2 asks for one; old clients send a few after a body
inline constexpr std::size_t kHostBytesMax = 255;         // DNS: no name is longer
inline constexpr std::size_t kLocalDetailBytesMax = 512;  // of an error's detail in a response of our own: a screen line or six

// Blocks.
inline constexpr std::size_t kBlockBytes = 16 * kKiB;  // a TLS record and a shared chunk
inline constexpr std::size_t kBlocksPerPipeMax = 16;   // 256 KiB in flight each way covers a LAN's bandwidth x delay

// History.
inline constexpr std::size_t kRecorderQueueBytesMax = 64 * kMiB;    // rides out seconds of a slow disk; above, bodies lose
inline constexpr std::size_t kRecorderPendingBytesMax = 128 * kMiB; // heads and rows kept for a paused disk; above, exchanges lose
inline constexpr std::size_t kInlineBodyBytesMax = 128 * kKiB;      // larger bodies are cheaper as files, and sendfile needs one

// Control connections between our programs.
inline constexpr std::size_t kControlRequestBytesMax = 64 * kKiB;  // requests are names and numbers
inline constexpr std::size_t kControlFrameBytesMax = 4 * kMiB;     // the live list of kControlRowsMax connections
inline constexpr std::size_t kControlRowsMax = 16384;              // more connections than a desktop's proxy ever has open
inline constexpr std::size_t kControlListenersMax = 64;            // beyond this somebody forwards a port range: not our trade
inline constexpr std::size_t kControlTextBytesMax = 4 * kKiB;      // a path as long as Linux takes; URLs are cut to it

}  // namespace sluice::limits
