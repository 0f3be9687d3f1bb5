#include "app/gui/trust/authority_facts.h"

#include <fstream>
#include <iterator>

#include "core/codec/tls/certificate.h"
#include "platform/data_dir.h"

namespace sluice::gui {

Result<AuthorityFacts> readAuthority(const std::filesystem::path& dataDir) {
  AuthorityFacts facts;
  facts.authority.file = platform::caCertificateFile(dataDir);
  std::ifstream file(facts.authority.file, std::ios::binary);
  if (!file) return fail(Side::Local, Code::NotFound, "the engine makes the certificate when it first starts");
  facts.authority.pem.assign(std::istreambuf_iterator<char>(file), {});
  const auto der = tls::derOfPem(facts.authority.pem);
  if (!der) return fail(der.error());
  const auto certificate = tls::describeCertificate(*der);
  if (!certificate) return fail(certificate.error());
  facts.authority.name = certificate->commonName;
  facts.validUntil = certificate->validUntil;
  const QString digits = QString::fromStdString(certificate->sha256).remove(u':').toUpper();
  for (qsizetype i = 0; i < digits.size(); i += 2) facts.fingerprint += (i == 0 ? QString() : QStringLiteral(":")) + digits.mid(i, 2);
  return facts;
}

}  // namespace sluice::gui
