// Frames and deflated payloads, as a peer would send them.
#pragma once

#include <zlib.h>

#include <string>

namespace sluice::test {

inline constexpr int kFin = 0x80, kRsv1 = 0x40;

// A frame with this first byte; masked with a key of its own when `mask` says so.
inline std::string frame(int firstByte, const std::string& payload, bool mask = false) {
  std::string out(1, static_cast<char>(firstByte));
  const char maskBit = mask ? static_cast<char>(0x80) : '\0';
  if (payload.size() < 126) {
    out += static_cast<char>(maskBit | static_cast<char>(payload.size()));
  } else {
    const int lengthBytes = payload.size() < 65536 ? 2 : 8;
    out += static_cast<char>(maskBit | (lengthBytes == 2 ? 126 : 127));
    for (int i = lengthBytes - 1; i >= 0; --i) out += static_cast<char>(payload.size() >> (8 * i) & 0xff);
  }
  if (!mask) return out + payload;
  const std::string key = "\x12\x34\xab\xcd";
  out += key;
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ key[i % 4]);
  return out;
}

// One direction's compressor: keeps its context from message to message unless told to drop it.
class Deflater {
 public:
  Deflater() { deflateInit2(&z_, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY); }
  ~Deflater() { deflateEnd(&z_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string message(std::string text) {
    std::string out(deflateBound(&z_, static_cast<uLong>(text.size())) + 64, '\0');
    z_.next_in = reinterpret_cast<Bytef*>(text.data());
    z_.avail_in = static_cast<uInt>(text.size());
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    deflate(&z_, Z_SYNC_FLUSH);
    out.resize(out.size() - z_.avail_out);
    return out.substr(0, out.size() - 4);  // RFC 7692 section 7.2.1
  }
  void dropContext() { deflateReset(&z_); }

 private:
  z_stream z_{};
};

}  // namespace sluice::test
