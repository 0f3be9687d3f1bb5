// br, by Google's brotli.
#include <brotli/decode.h>

#include "core/codec/content/coding_decoder.h"

namespace sluice::content {
namespace {

class BrotliDecoder : public CodingDecoder {
 public:
  Result<Wish> feed(Bytes encoded, const Sink& sink) override {
    if (state_ == nullptr) return fail(Side::Local, Code::OutOfMemory, std::string(name(Coding::Brotli)));
    auto inputLeft = encoded.size();
    auto* input = reinterpret_cast<const std::uint8_t*>(encoded.data());
    for (;;) {
      auto outputLeft = output_.size();
      auto* output = reinterpret_cast<std::uint8_t*>(output_.data());
      const auto result =
          BrotliDecoderDecompressStream(state_.get(), &inputLeft, &input, &outputLeft, &output, nullptr);
      const auto count = output_.size() - outputLeft;
      if (count > 0) {
        const auto wish = sink(Bytes(output_).first(count));
        if (!wish || *wish == Wish::Enough) return wish;
      }
      switch (result) {
        case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: break;
        case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        case BROTLI_DECODER_RESULT_SUCCESS: return Wish::More;  // what follows the end is ignored, as browsers do
        case BROTLI_DECODER_RESULT_ERROR:
          return badCoding(Coding::Brotli, BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state_.get())));
      }
    }
  }

  bool isWhole() const override { return state_ != nullptr && BrotliDecoderIsFinished(state_.get()) != 0; }

 private:
  struct Destroy {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliDecoderState, Destroy> state_{BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
  DecoderOutput output_;
};

}  // namespace

std::unique_ptr<CodingDecoder> makeBrotliDecoder() { return std::make_unique<BrotliDecoder>(); }

}  // namespace sluice::content
