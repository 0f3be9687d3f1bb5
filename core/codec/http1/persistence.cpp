#include "core/codec/http1/persistence.h"

namespace sluice::http1 {
namespace {

bool announcesBody(const Head& head) {
  const auto length = head.find(FieldId::ContentLength);
  return head.count(FieldId::TransferEncoding) > 0 || (length && *length != "0");
}

}  // namespace

Persistence afterRequest(const Head& request) {
  const bool saysClose =
      request.hasToken(FieldId::Connection, "close") || request.hasToken(FieldId::ProxyConnection, "close");
  return saysClose || request.version().is10() ? Persistence::Close : Persistence::KeepOpen;
}

Persistence afterResponse(const Head& response, const Framing& framing) {
  const bool isBodiless = response.status() < 200 || response.status() == 204;
  if (framing.kind == Framing::Kind::UntilClose) return Persistence::Close;
  if (isBodiless && announcesBody(response)) return Persistence::Close;
  if (response.hasToken(FieldId::Connection, "close")) return Persistence::Close;
  if (!response.version().is10()) return Persistence::KeepOpen;
  return response.hasToken(FieldId::Connection, "keep-alive") ? Persistence::KeepOpen : Persistence::Close;
}

}  // namespace sluice::http1
