#include "core/codec/tls/openssl.h"

namespace sluice::tls {

std::string takeErrorText() {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  if (first == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(first);
  return reason != nullptr ? reason : "error " + std::to_string(ERR_GET_REASON(first));
}

}  // namespace sluice::tls
