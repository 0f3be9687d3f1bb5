// The pages of http://sluice.proxy/, which exists only behind the proxy: the CA certificate to download, and how each
// system comes to trust it. Pure values; any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/session/http_session.h"

namespace sluice::engine {

class OwnPages {
 public:
  OwnPages(std::string authorityName, std::string certificatePem, std::string certificateDer);

  // Of "/", "/ca", "/ca.crt" (DER, for Windows and Android); anything else is a 404 that names them.
  session::OwnPage page(std::string_view path) const;

 private:
  std::string start_;  // HTML
  std::string pem_;
  std::string der_;
};

// The text as a QR code in SVG; empty when it is too long for one.
std::string qrCode(const std::string& text);

}  // namespace sluice::engine
