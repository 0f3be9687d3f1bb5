// zstd, by Facebook's zstd.
#include <zstd.h>

#include "core/codec/content/coding_decoder.h"

namespace sluice::content {
namespace {

class ZstdDecoder : public CodingDecoder {
 public:
  ZstdDecoder() {
    if (context_ != nullptr) ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, limits::kZstdWindowLog);
  }

  Result<Wish> feed(Bytes encoded, const Sink& sink) override {
    if (context_ == nullptr) return fail(Side::Local, Code::OutOfMemory, std::string(name(Coding::Zstd)));
    ZSTD_inBuffer input{encoded.data(), encoded.size(), 0};
    for (;;) {
      ZSTD_outBuffer output{output_.data(), output_.size(), 0};
      const auto result = ZSTD_decompressStream(context_.get(), &output, &input);
      if (ZSTD_isError(result) != 0) return badCoding(Coding::Zstd, ZSTD_getErrorName(result));
      whole_ = result == 0;  // a frame ended; another one may follow (RFC 8878 3)
      if (output.pos > 0) {
        const auto wish = sink(Bytes(output_).first(output.pos));
        if (!wish || *wish == Wish::Enough) return wish;
      }
      if (input.pos == input.size && output.pos < output.size) return Wish::More;
    }
  }

  bool isWhole() const override { return whole_; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};
  bool whole_ = false;
  DecoderOutput output_;
};

}  // namespace

std::unique_ptr<CodingDecoder> makeZstdDecoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace sluice::content
