// Bodies encoded by the codings' own libraries, and what a decoder makes of them. Any thread.
#pragma once

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <random>
#include <string>

#include "core/codec/content/content_decoder.h"

namespace sluice::content::test {

inline std::string zlibEncoded(const std::string& text, int windowBits) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
inline std::string gzip(const std::string& text) { return zlibEncoded(text, 16 + MAX_WBITS); }
inline std::string zlib(const std::string& text) { return zlibEncoded(text, MAX_WBITS); }
inline std::string bareDeflate(const std::string& text) { return zlibEncoded(text, -MAX_WBITS); }

inline std::string brotli(const std::string& text) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 16;
  std::string out(size, '\0');
  BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

inline std::string zstd(const std::string& text, int windowLog = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  if (windowLog > 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_inBuffer from{text.data(), text.size(), 0};
  ZSTD_compressStream2(context, &to, &from, ZSTD_e_continue);  // without knowing the size, so that the window stays
  ZSTD_compressStream2(context, &to, &from, ZSTD_e_end);
  ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

// Text that compresses somewhat, the same for the same size.
inline std::string sampleText(std::size_t bytes) {
  std::mt19937 random(static_cast<unsigned>(bytes));
  std::string text;
  while (text.size() < bytes) text += "line " + std::to_string(random() % 100'000) + " of a body\n";
  text.resize(bytes);
  return text;
}

struct Decoded {
  std::string text;
  Code code = Code::None;
  std::string detail;
};

// Fed in pieces of `fragment` bytes; 0: whole.
inline Decoded decode(std::vector<Coding> codings, const std::string& encoded, std::size_t fragment = 0,
                      std::uint64_t bytesMax = ~std::uint64_t(0)) {
  Decoded result;
  ContentDecoder decoder(codings, bytesMax);
  const auto sink = [&](Bytes piece) {
    result.text += asText(piece);
    return Wish::More;
  };
  const auto note = [&](const Error& error) {
    result.code = error.code;
    result.detail = error.detail;
  };
  const auto step = fragment == 0 ? encoded.size() : fragment;
  for (std::size_t at = 0; at < encoded.size(); at += step) {
    const auto fed = decoder.feed(asBytes(std::string_view(encoded).substr(at, step)), sink);
    if (!fed) {
      note(fed.error());
      return result;
    }
  }
  if (const auto finished = decoder.finish(); !finished) note(finished.error());
  return result;
}

inline constexpr std::size_t kFragments[] = {0, 1, 2, 3, 7, 1000};

}  // namespace sluice::content::test
