// Any bytes as a response head: fed in several ways, judged for several methods, forwarded, read again.
#include "core/codec/http1/persistence.h"
#include "tests/support/head_properties.h"

namespace {

using namespace sluice;
using namespace sluice::http1;

void checkAccepted(const Head& head) {
  SLUICE_ASSERT(head.status() >= 100 && head.status() <= 999);
  SLUICE_ASSERT(*responseFraming(head, "HEAD") == Framing::none());
  const auto framing = responseFraming(head, "GET");
  if (!framing) return;
  const bool closes = afterResponse(head, *framing) == Persistence::Close;
  SLUICE_ASSERT(closes || framing->kind != Framing::Kind::UntilClose);
  fuzz::checkForwarding(
      head,
      [](const Head& from, const ForwardOptions& options, std::string& out) {
        forwardResponseHead(from, options, out);
      },
      [](const Head& of) { return *responseFraming(of, "GET"); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  setBugsAreFatal(true);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto outcome = fuzz::feedInEveryWay(Role::Response, text);
  SLUICE_ASSERT(outcome.error.code == Code::None || outcome.error.side == Side::Upstream);
  if (!outcome.isDone()) return 0;
  fuzz::checkHead(outcome, text);
  checkAccepted(outcome.head());
  return 0;
}
