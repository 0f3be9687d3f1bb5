// Any bytes as a request head: fed in several ways, judged, forwarded, read again.
#include "core/codec/http1/local_response.h"
#include "core/codec/http1/persistence.h"
#include "core/codec/http1/target.h"
#include "tests/support/head_properties.h"

namespace {

using namespace sluice;
using namespace sluice::http1;

void checkTarget(const Head& head, const Target& target) {
  std::string origin;
  target.appendOriginForm(origin);
  if (target.form == Target::Form::Origin) SLUICE_ASSERT(origin == head.target());
  if (target.form == Target::Form::Authority) SLUICE_ASSERT(target.port != 0);
  if (target.form != Target::Form::Absolute) return;
  SLUICE_ASSERT(origin.starts_with('/') && !target.authority.host.empty());
  SLUICE_ASSERT(target.authority.text.find('@') == std::string_view::npos);
  const auto again = parseAuthority(target.authority.text);
  SLUICE_ASSERT(again && again->host == target.authority.host && again->port == target.authority.port);
}

// What is sent on names the host of the target, whatever Host said.
void checkHost(std::string_view forwarded, const Target& target) {
  const auto after = fuzz::feedWhole(Role::Request, forwarded);
  if (!after.isDone()) return;
  const auto host = parseAuthority(after.head().find(FieldId::Host).value_or(""));
  SLUICE_ASSERT(host && equalsIgnoringCase(host->host, target.authority.host));
  SLUICE_ASSERT(host->port == target.authority.port || host->port == target.port || target.port == 80);
}

void checkAccepted(const Head& head) {
  const auto target = parseTarget(head.method(), head.target());
  const auto framing = requestFraming(head);
  const bool persists = afterRequest(head) == Persistence::KeepOpen;
  SLUICE_ASSERT(!(persists && head.version().is10()));
  if (!target || !framing) return;
  checkTarget(head, *target);
  const auto forward = [](const Head& from, const ForwardOptions& options, std::string& out) {
    const auto to = parseTarget(from.method(), from.target());
    SLUICE_ASSERT(to.has_value());
    forwardRequestHead(from, *to, options, out);
    if (to->form == Target::Form::Absolute) checkHost(out, *to);
  };
  fuzz::checkForwarding(head, forward, [](const Head& of) { return *requestFraming(of); });
}

void checkRefused(const Error& error) {
  const auto text = errorResponse(error, Persistence::Close, BodyKind::Send);
  SLUICE_ASSERT(fuzz::feedWhole(Role::Response, text).isDone());
  SLUICE_ASSERT(error.side == Side::Client && !error.detail.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  setBugsAreFatal(true);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto outcome = fuzz::feedInEveryWay(Role::Request, text);
  if (outcome.error.code != Code::None) checkRefused(outcome.error);
  if (!outcome.isDone()) return 0;
  fuzz::checkHead(outcome, text);
  checkAccepted(outcome.head());
  return 0;
}
