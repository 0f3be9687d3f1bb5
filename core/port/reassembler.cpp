#include "core/port/reassembler.h"

#include "core/base/limits.h"

namespace sluice::port {

Reassembler::Outcome Reassembler::add(const MessageHeader& header, Bytes payload, Handles handles) {
  why_.clear();
  const auto found = partials_.find({header.stream, header.pid});
  if (!header.has(flag::kNotFirst)) {
    if (found == partials_.end() || !header.has(flag::kMoreFollow)) return begin(header, payload, std::move(handles));
    return drop(header, "a message began while another of its stream was under way");
  }
  if (found == partials_.end()) return drop(header, "a fragment came without its first one");
  if (handles[0] || handles[1]) why_ = "handles came with a later fragment";
  return proceed(found, header, payload);
}

Reassembler::Outcome Reassembler::drop(const MessageHeader& header, const char* why) {
  why_ = std::string(why) + " (stream " + std::to_string(header.stream) + ", type " + std::to_string(header.type) + ")";
  return Outcome::Dropped;
}

Reassembler::Outcome Reassembler::begin(const MessageHeader& header, Bytes payload, Handles handles) {
  WholeMessage message{header, {payload.begin(), payload.end()}, std::move(handles)};
  if (!header.has(flag::kMoreFollow)) {
    whole_ = std::move(message);
    return Outcome::Whole;
  }
  if (partials_.size() >= 2 * limits::kPortPartialsMax) return drop(header, "too many messages are under way");
  bytesBegun_ += payload.size();
  partials_.emplace(Key{header.stream, header.pid}, Partial{std::move(message), false});
  return Outcome::Incomplete;
}

Reassembler::Outcome Reassembler::proceed(std::map<Key, Partial>::iterator found, const MessageHeader& header,
                                          Bytes payload) {
  auto& partial = found->second;
  auto& bytes = partial.message.payload;
  if (!partial.cancelled && bytesBegun_ + payload.size() > limits::kPortPartialBytesMax) {
    forget(partial);
    why_ = "messages under way are longer than " + std::to_string(limits::kPortPartialBytesMax) + " bytes";
  }
  if (!partial.cancelled) {
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    bytesBegun_ += payload.size();
  }
  const bool dropped = partial.cancelled;
  if (header.has(flag::kMoreFollow)) return dropped ? Outcome::Dropped : Outcome::Incomplete;
  if (!dropped) {
    bytesBegun_ -= bytes.size();
    whole_ = std::move(partial.message);
    whole_.header.flags = static_cast<std::uint8_t>((whole_.header.flags & ~flag::kMoreFollow) | (header.flags & flag::kLast));
    whole_.header.size = static_cast<std::uint32_t>(whole_.payload.size());
  }
  partials_.erase(found);
  return dropped ? Outcome::Dropped : Outcome::Whole;
}

// Its memory and its handles; the fragments that still come must be known to belong to it.
void Reassembler::forget(Partial& partial) {
  bytesBegun_ -= partial.message.payload.size();
  partial.message = {};
  partial.cancelled = true;
}

bool Reassembler::cancel(std::uint32_t stream, std::uint32_t pid) {
  const auto found = partials_.find({stream, pid});
  if (found == partials_.end()) return false;
  forget(found->second);
  return true;
}

}  // namespace sluice::port
