// What reading and forwarding HTTP/1 heads costs, beside one memcpy and one pass of memchr over the same bytes in the
// same run. Prints nanoseconds a head, the ratio, and allocations a head, which are 0 after warm-up.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "core/codec/http1/forward.h"
#include "core/codec/http1/framing.h"
#include "core/codec/http1/head_parser.h"
#include "core/codec/http1/persistence.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace sluice;
using namespace sluice::http1;

constexpr std::string_view kRequest =
    "GET http://www.example.com/assets/app.js?v=20240501 HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: http://www.example.com/index.html\r\n"
    "Proxy-Connection: keep-alive\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "\r\n";

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\n"
    "Date: Sat, 01 Jun 2024 12:00:00 GMT\r\n"
    "Server: nginx/1.24.0\r\n"
    "Content-Type: application/javascript; charset=utf-8\r\n"
    "Content-Length: 48213\r\n"
    "Last-Modified: Fri, 31 May 2024 09:13:20 GMT\r\n"
    "ETag: \"66599680-bc55\"\r\n"
    "Cache-Control: public, max-age=31536000, immutable\r\n"
    "Vary: Accept-Encoding\r\n"
    "Accept-Ranges: bytes\r\n"
    "\r\n";

constexpr int kRounds = 300000;
constexpr int kRepeats = 5;

// What the optimizer must not find out.
volatile std::size_t sink = 0;

struct Measured {
  double ns = 1e18;  // the best of the repeats: what the code costs when nothing else runs
  double allocations = 0;
};

template <class Work>
Measured measure(Work work) {
  Measured best;
  for (int i = 0; i < 1000; ++i) sink = sink + work();
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const std::size_t before = allocations;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) sink = sink + work();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    best.ns = std::min(best.ns, took.count() / kRounds);
    best.allocations = double(allocations - before) / kRounds;
  }
  return best;
}

Measured copyAndScan(std::string_view text) {
  static char copy[4096];
  return measure([text]() -> std::size_t {
    std::memcpy(copy, text.data(), text.size());
    std::size_t lines = 0;
    const char* at = copy;
    const char* const end = copy + text.size();
    while ((at = static_cast<const char*>(std::memchr(at, '\n', std::size_t(end - at)))) != nullptr) {
      ++lines;
      ++at;
    }
    return lines;
  });
}

Measured parse(Role role, std::string_view text, std::size_t fragment) {
  HeadParser parser(role);
  return measure([&]() -> std::size_t {
    parser.reset();
    for (std::size_t at = 0; at < text.size(); at += fragment) {
      if (!parser.feed(asBytes(text.substr(at, fragment)))) std::abort();
    }
    return parser.head().fieldCount();
  });
}

// All that a proxy does with a request head: read it, take the target apart, decide, write it.
Measured wholeRequest() {
  HeadParser parser(Role::Request);
  std::string out;
  return measure([&]() -> std::size_t {
    parser.reset();
    out.clear();
    if (!parser.feed(asBytes(kRequest))) std::abort();
    const Head& head = parser.head();
    const auto target = parseTarget(head.method(), head.target());
    const auto framing = requestFraming(head);
    if (!target || !framing || afterRequest(head) == Persistence::Close) std::abort();
    forwardRequestHead(head, *target, {}, out);
    return out.size();
  });
}

Measured wholeResponse() {
  HeadParser parser(Role::Response);
  std::string out;
  return measure([&]() -> std::size_t {
    parser.reset();
    out.clear();
    if (!parser.feed(asBytes(kResponse))) std::abort();
    const auto framing = responseFraming(parser.head(), "GET");
    if (!framing || afterResponse(parser.head(), *framing) == Persistence::Close) std::abort();
    forwardResponseHead(parser.head(), {}, out);
    return out.size();
  });
}

void print(const char* what, const Measured& measured, const Measured& base) {
  std::printf("  %-36s %8.1f ns  %6.1f x  %.3f allocations\n", what, measured.ns, measured.ns / base.ns,
              measured.allocations);
}

}  // namespace

int main() {
  const auto requestBase = copyAndScan(kRequest);
  std::printf("request head of %zu bytes\n", kRequest.size());
  print("memcpy + memchr of its lines", requestBase, requestBase);
  print("parse, one fragment", parse(Role::Request, kRequest, kRequest.size()), requestBase);
  print("parse, fragments of 64 bytes", parse(Role::Request, kRequest, 64), requestBase);
  print("parse, fragments of 1 byte", parse(Role::Request, kRequest, 1), requestBase);
  print("parse, decide and forward", wholeRequest(), requestBase);
  const auto responseBase = copyAndScan(kResponse);
  std::printf("response head of %zu bytes\n", kResponse.size());
  print("memcpy + memchr of its lines", responseBase, responseBase);
  print("parse, one fragment", parse(Role::Response, kResponse, kResponse.size()), responseBase);
  print("parse, decide and forward", wholeResponse(), responseBase);
  return 0;
}
