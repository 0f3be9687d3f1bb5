#include "core/engine/own_pages.h"

#include <qrencode.h>

#include <memory>

namespace sluice::engine {
namespace {

constexpr const char* kBefore = R"html(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sluice</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1d2733;background:#fff}
code,pre{font:14px/1.4 ui-monospace,monospace;background:#eef2f6;border-radius:4px;padding:.1em .3em}
pre{padding:.7em;overflow:auto}
.get{display:inline-block;padding:.5em 1em;border-radius:6px;background:#0b6bcb;color:#fff;text-decoration:none}
svg{width:11rem;height:11rem}
@media(prefers-color-scheme:dark){body{color:#dfe6ee;background:#14191f}code,pre{background:#222b35}svg{background:#fff}}
</style>
<h1>This connection goes through Sluice</h1>
<p>To look into https, Sluice shows programs certificates of its own authority, <b>)html";

constexpr const char* kAfterName = R"html(</b>. It was made on this machine and its key never leaves
it. A program that trusts it can be read; one that does not will refuse the connection, as it should.</p>
<p><a class="get" href="/ca">Download the certificate</a> &nbsp; <a href="/ca.crt">as .crt (DER)</a></p>
)html";

constexpr const char* kAfterCode = R"html(
<p>A phone that uses this proxy finds the same under the code: <code>http://sluice.proxy/ca</code></p>
<h2>One program</h2>
<pre>curl --cacert sluice-ca.pem https://example.com/
export NODE_EXTRA_CA_CERTS=$PWD/sluice-ca.pem     # Node.js
export SSL_CERT_FILE=$PWD/sluice-ca.pem           # Python, Ruby, Go on Linux
export REQUESTS_CA_BUNDLE=$PWD/sluice-ca.pem      # Python requests
git config --global http.sslCAInfo $PWD/sluice-ca.pem
keytool -importcert -alias sluice -file sluice-ca.pem -cacerts   # Java</pre>
<h2>Linux</h2>
<pre>sudo cp sluice-ca.pem /usr/local/share/ca-certificates/sluice-ca.crt
sudo update-ca-certificates                       # Debian, Ubuntu
sudo trust anchor sluice-ca.pem                   # Fedora, Arch</pre>
<p>Chromium and Chrome keep a list of their own:
<code>certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n Sluice -i sluice-ca.pem</code></p>
<h2>macOS</h2>
<pre>sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain sluice-ca.pem</pre>
<h2>Windows</h2>
<pre>certutil -user -addstore Root sluice-ca.crt</pre>
<h2>Firefox</h2>
<p>Settings, Privacy &amp; Security, View Certificates, Authorities, Import; tick <i>identify websites</i>.</p>
<h2>iPhone and iPad</h2>
<p>Open the code, allow the profile, install it under Settings, General, VPN &amp; Device Management; then switch it on under
General, About, Certificate Trust Settings.</p>
<h2>Android</h2>
<p>Settings, Security, Encryption &amp; credentials, Install a certificate, CA certificate. Apps see it only if they were built
to accept certificates of the user.</p>
<h2>When you are done</h2>
<p>Remove the certificate from where you put it. <code>sluicectl ca path</code> names the file on the machine that runs
Sluice.</p>
</html>
)html";

}  // namespace

std::string qrCode(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return {};
  constexpr int kQuietZone = 4;  // ISO/IEC 18004: modules left empty around it
  const int size = code->width + 2 * kQuietZone;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + std::to_string(size) + " " + std::to_string(size) +
                    "\" role=\"img\" aria-label=\"QR code of " + text + "\"><path d=\"";
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1) == 0) continue;
      svg += "M" + std::to_string(x + kQuietZone) + " " + std::to_string(y + kQuietZone) + "h1v1h-1z";
    }
  }
  return svg + "\"/></svg>";
}

OwnPages::OwnPages(std::string authorityName, std::string certificatePem, std::string certificateDer)
    : start_(kBefore + std::move(authorityName) + kAfterName + qrCode("http://sluice.proxy/ca") + kAfterCode),
      pem_(std::move(certificatePem)),
      der_(std::move(certificateDer)) {}

session::OwnPage OwnPages::page(std::string_view path) const {
  path = path.substr(0, path.find('?'));
  if (path.empty() || path == "/") return {200, "text/html; charset=utf-8", {}, start_};
  if (path == "/ca" || path == "/ca.pem") return {200, "application/x-x509-ca-cert", "sluice-ca.pem", pem_};
  if (path == "/ca.crt" || path == "/ca.der") return {200, "application/x-x509-ca-cert", "sluice-ca.crt", der_};
  return {404, "text/plain; charset=utf-8", {}, "Sluice: there are http://sluice.proxy/ and http://sluice.proxy/ca\n"};
}

}  // namespace sluice::engine
