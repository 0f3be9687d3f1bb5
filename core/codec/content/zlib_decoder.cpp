// gzip and deflate, by zlib.
#include <zlib.h>

#include "core/codec/content/coding_decoder.h"

namespace sluice::content {
namespace {

constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kZlib = MAX_WBITS;
constexpr int kRaw = -MAX_WBITS;

// zlib's own structure points into itself: it must not move, hence no copies.
class ZlibDecoder : public CodingDecoder {
 public:
  explicit ZlibDecoder(Coding coding) : coding_(coding) {}
  ~ZlibDecoder() override {
    if (started_) inflateEnd(&stream_);
  }
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;

  Result<Wish> feed(Bytes encoded, const Sink& sink) override;
  bool isWhole() const override { return ended_; }

 private:
  bool start(std::byte first);
  Result<Wish> inflateAll(const Sink& sink);

  const Coding coding_;
  z_stream stream_{};
  bool started_ = false;
  bool ended_ = false;  // a stream ended; gzip may be followed by another one (RFC 1952 2.2)
  bool ignoring_ = false;
  DecoderOutput output_;
};

// Servers have always disagreed on whether "deflate" has zlib's two bytes before it (RFC 9110 8.4.1.2 notes it). A
// zlib stream begins with a byte whose low half says "deflate", 8; a bare one practically never does.
bool ZlibDecoder::start(std::byte first) {
  const bool wrapped = (std::to_integer<unsigned>(first) & 0x0f) == Z_DEFLATED;
  const int window = coding_ == Coding::Gzip ? kGzip : wrapped ? kZlib : kRaw;
  started_ = inflateInit2(&stream_, window) == Z_OK;
  return started_;
}

Result<Wish> ZlibDecoder::feed(Bytes encoded, const Sink& sink) {
  if (encoded.empty() || ignoring_) return Wish::More;
  if (!started_ && !start(encoded.front())) return fail(Side::Local, Code::OutOfMemory, std::string(name(coding_)));
  // zlib reads from it only; its interface is older than const.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(encoded.data()));
  stream_.avail_in = static_cast<uInt>(encoded.size());
  return inflateAll(sink);
}

Result<Wish> ZlibDecoder::inflateAll(const Sink& sink) {
  do {
    if (ended_) {
      // What follows the end is another member of a gzip file, or padding, which browsers ignore too.
      if (coding_ != Coding::Gzip || *stream_.next_in != 0x1f) {
        ignoring_ = true;
        return Wish::More;
      }
      inflateReset(&stream_);
      ended_ = false;
    }
    stream_.next_out = reinterpret_cast<Bytef*>(output_.data());
    stream_.avail_out = static_cast<uInt>(output_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    const auto count = output_.size() - stream_.avail_out;
    if (count > 0) {
      const auto wish = sink(Bytes(output_).first(count));
      if (!wish || *wish == Wish::Enough) return wish;
    }
    if (result == Z_STREAM_END) {
      ended_ = true;
    } else if (result == Z_BUF_ERROR) {
      return Wish::More;  // it needs more input
    } else if (result != Z_OK) {
      return badCoding(coding_, stream_.msg != nullptr ? stream_.msg : "invalid data");
    }
  } while (stream_.avail_in > 0 || (stream_.avail_out == 0 && !ended_));
  return Wish::More;
}

}  // namespace

std::unique_ptr<CodingDecoder> makeGzipDecoder() { return std::make_unique<ZlibDecoder>(Coding::Gzip); }
std::unique_ptr<CodingDecoder> makeDeflateDecoder() { return std::make_unique<ZlibDecoder>(Coding::Deflate); }

}  // namespace sluice::content
