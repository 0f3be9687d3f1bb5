#include "core/engine/authority_files.h"

#include "core/codec/tls/authority.h"
#include "platform/data_dir.h"
#include "platform/private_file.h"

namespace sluice::engine {
Result<AuthorityFiles> openAuthority(const std::filesystem::path& dataDir, WallTime now) {
  if (auto made = platform::ensurePrivateDirectory(dataDir / "ca"); !made) return fail(std::move(made.error()));
  auto key = platform::readPrivateFile(platform::caKeyFile(dataDir));
  if (!key && key.error().code == Code::NotFound) return makeAuthority(dataDir, now);
  if (!key) return fail(std::move(key.error()));
  auto certificate = platform::readPrivateFile(platform::caCertificateFile(dataDir));
  if (!certificate) return fail(std::move(certificate.error()));
  auto authority = tls::Authority::fromPem(*certificate, *key);
  if (!authority) {
    return fail(Side::Local, Code::BadArgument,
                "the CA in " + (dataDir / "ca").string() + " cannot be used: " + authority.error().detail +
                    "; move that directory away to have a new CA made");
  }
  return AuthorityFiles{std::move(*certificate), std::move(*key)};
}

// The key last: an authority without it is none, and the next start makes another.
Result<AuthorityFiles> makeAuthority(const std::filesystem::path& dataDir, WallTime now) {
  if (auto made = platform::ensurePrivateDirectory(dataDir / "ca"); !made) return fail(std::move(made.error()));
  auto authority = tls::Authority::make(now);
  if (!authority) return fail(std::move(authority.error()));
  auto key = authority->keyPem();
  if (!key) return fail(std::move(key.error()));
  if (auto done = platform::writePrivateFile(platform::caCertificateFile(dataDir), authority->certificatePem()); !done) {
    return fail(std::move(done.error()));
  }
  if (auto done = platform::writePrivateFile(platform::caKeyFile(dataDir), *key); !done) return fail(std::move(done.error()));
  return AuthorityFiles{authority->certificatePem(), std::move(*key)};
}

}  // namespace sluice::engine
