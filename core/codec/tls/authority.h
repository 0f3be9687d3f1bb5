// The certificate authority of one installation: makes and caches the leaf certificates that clients see. Keys are
// P-256. One thread at a time. Limits: kLeafCertificatesMax, oldest use dropped first; a leaf is valid 198 days.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/codec/tls/identity.h"

namespace sluice::tls {

class Authority {
 public:
  // A new one; its name carries a random number, so that two of them can be told apart in a trust store.
  static Result<Authority> make(WallTime now);
  // As certificatePem() and keyPem() gave it. Errors: Code::BadArgument when they are not a CA's, or not of one pair.
  static Result<Authority> fromPem(std::string_view certificate, std::string_view key);
  Result<std::string> keyPem() const;
  const std::string& certificatePem() const { return certificatePem_; }
  const std::string& certificateDer() const { return certificateDer_; }
  const std::string& name() const { return name_; }  // "Sluice CA 1a2b3c4d"
  WallTime validUntil() const { return validUntil_; }

  // A certificate for one host name or address (without brackets), from the cache or new.
  Result<Identity> leafFor(const std::string& host, WallTime now);
  std::size_t leavesCached() const { return leaves_.size(); }

 private:
  struct Leaf {
    std::string host;
    Identity identity;
    WallTime renewAt;
  };
  Authority() = default;

  Identity own_;
  Identity leafKey_;  // all leaves share it: making one costs a signature only
  std::string certificatePem_;
  std::string certificateDer_;
  std::string name_;
  WallTime validUntil_{};
  std::list<Leaf> leaves_;  // last used first
  std::unordered_map<std::string, std::list<Leaf>::iterator> byHost_;
};

// A certificate that nobody trusts, for a server that is not to be trusted either: signed by itself, never by the
// authority. Its name says why, so that a client that shows certificates shows the reason.
Result<Identity> makeRefusal(const std::string& host, const std::string& why, WallTime now);

}  // namespace sluice::tls
