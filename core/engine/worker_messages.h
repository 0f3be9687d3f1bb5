// What supervisor and worker say to each other over their port. Any thread.
//
//   supervisor            worker
//     Roots, AuthorityCertificate, AuthorityKey  ->   a piece each of text in PEM: no command line and no file tells a key
//     TlsComplete  -------->   all of it was sent; comes before the first listener
//     PassThrough  -------->   a piece of the list of hosts that are not decrypted, a line each
//     PassThroughComplete  ->   all of the list was sent; from the next connection on it is the one in force
//     Switches  ----------->   payload: SwitchNews; comes once before the first listener
//     Listen  ------------->   a listener (platform/net/listener.h); payload: ListenNews, the ticket's text, the label
//     Plan     ------------>   payload: whom which network profile slows down, as JSON (core/throttle/plan.h)
//     Ask  ---------------->   payload: a control request (core/control), to be answered on the same stream
//     <---------------- Answer   payload: a control reply
//     <--------------- Records   chunks: capture records (core/capture/record_codec.h), each behind its length (u32), in the
//                                first; a BodyReference, behind kIsReference, says which part of one of the others is a body's;
//                                a record longer than a chunk comes in pieces: all but the last have kGoesOn in their length
//     AreYouThere  --------->   the worker puts its stream into WorkerCounters::answered
//     Drain  --------------->   stop accepting, let running exchanges end
//     <--------------- Drained   everything is recorded; the port ends
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/limits.h"

namespace sluice::engine {

// Raised by every change here, in shared_state.h, or in what records and plans are as bytes.
inline constexpr std::uint32_t kWorkerProtocol = 3;

enum class WorkerMessage : std::uint8_t {
  Listen = 1,
  Ask = 2,
  Drain = 3,
  Plan = 4,
  Roots = 5,
  AuthorityCertificate = 6,
  AuthorityKey = 7,
  TlsComplete = 8,
  PassThrough = 9,
  PassThroughComplete = 10,
  Switches = 11,
  AreYouThere = 12,
  Answer = 16,
  Records = 17,
  Drained = 18
};

struct ListenNews {
  std::uint32_t index = 0;  // among the listeners of the settings, which both have
  std::uint32_t ticketBytes = 0;
};
static_assert(std::is_trivially_copyable_v<ListenNews> && sizeof(ListenNews) == 8);

struct SwitchNews {
  std::uint32_t records = 0;     // exchanges that begin from now on
  std::uint32_t intercepts = 0;  // from the next connection on
};
static_assert(std::is_trivially_copyable_v<SwitchNews> && sizeof(SwitchNews) == 8);

// In the length of a piece of a record: the next piece follows, before any other record.
inline constexpr std::uint32_t kGoesOn = 0x4000'0000;
// The longest records are messages of a WebSocket, which are little beside their payload.
inline constexpr std::size_t kRecordBytesMax = 2 * limits::kMessageBytesKept;

// In place of a record: a piece of a body, where it was received.
inline constexpr std::uint32_t kIsReference = 0x8000'0000;  // as a length
struct BodyReference {
  std::uint64_t exchange = 0;
  std::uint32_t direction = 0;
  std::uint32_t buffer = 0;  // of the message, counted from 1: 0 holds the records
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};
static_assert(std::is_trivially_copyable_v<BodyReference> && sizeof(BodyReference) == 24);

// What a worker finds in its inherited handles.
enum class WorkerHandle : std::size_t { Port = 0, Shared = 1, Counters = 2 };

}  // namespace sluice::engine
