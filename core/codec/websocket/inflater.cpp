#include "core/codec/websocket/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace sluice::websocket {
namespace {

constexpr int kRawDeflate = -15;  // no header, the largest window: whoever uses a smaller one fits into it
constexpr std::size_t kPieceBytes = 16 * 1024;

tl::unexpected<Error> bad(Code code, const char* why) { return fail(Side::Local, code, std::string("permessage-deflate: ") + why); }

}  // namespace

struct Inflater::Stream {
  z_stream z{};
  bool ready = false;
  ~Stream() {
    if (ready) inflateEnd(&z);
  }
};

Inflater::Inflater(Context context) : stream_(std::make_unique<Stream>()), context_(context) {}
Inflater::~Inflater() = default;

Result<void> Inflater::feed(Bytes deflated, std::uint64_t bytesMax, const Sink& sink) {
  z_stream& z = stream_->z;
  if (!stream_->ready) {
    if (inflateInit2(&z, kRawDeflate) != Z_OK) return bad(Code::OutOfMemory, "no memory to inflate");
    stream_->ready = true;
  }
  std::array<std::byte, kPieceBytes> piece;
  // zlib's input is not const in its older declaration; it only reads.
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(deflated.data()));
  z.avail_in = static_cast<uInt>(deflated.size());
  do {
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = static_cast<uInt>(piece.size());
    const int result = inflate(&z, Z_SYNC_FLUSH);
    const std::size_t count = piece.size() - z.avail_out;
    if (result == Z_MEM_ERROR) return bad(Code::OutOfMemory, "no memory to inflate");
    if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) return bad(Code::BadCoding, "not deflate");
    if (count > bytesMax) return bad(Code::DecodedTooLarge, "the message inflates to more than is kept in mind");
    bytesMax -= count;
    if (count > 0) sink(Bytes(piece).first(count));
    // A final block ends the stream, not the message (RFC 7692 section 7.2.3.4): what follows begins anew.
    if (result == Z_STREAM_END && inflateReset(&z) != Z_OK) return bad(Code::BadCoding, "cannot begin anew");
    if (result == Z_BUF_ERROR) break;  // neither input nor output left: more of both is to come
  } while (z.avail_in > 0 || z.avail_out == 0);
  return {};
}

// RFC 7692 section 7.2.2: the four bytes that the sender has cut off.
Result<void> Inflater::endMessage(std::uint64_t bytesMax, const Sink& sink) {
  constexpr std::array kTail{std::byte{0}, std::byte{0}, std::byte{0xff}, std::byte{0xff}};
  if (auto fed = feed(kTail, bytesMax, sink); !fed) return fed;
  if (context_ == Context::Dropped && inflateReset(&stream_->z) != Z_OK) return bad(Code::BadCoding, "cannot begin anew");
  return {};
}

}  // namespace sluice::websocket
