#include "core/codec/tls/authority.h"

#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <chrono>

#include "core/base/limits.h"
#include "core/codec/tls/certificate.h"
#include "core/codec/tls/openssl.h"

namespace sluice::tls {
namespace {

using namespace std::chrono_literals;

constexpr auto kDay = 24h;
constexpr auto kAuthorityValidFor = 10 * 365 * kDay;
constexpr auto kClockSkew = 2 * kDay;      // clients whose clock is behind
constexpr auto kLeafValidFor = 196 * kDay;  // with the skew 198 days: browsers refuse more than 199 from 2026 on
constexpr auto kRenewBefore = 30 * kDay;
constexpr std::size_t kCommonNameBytesMax = 64;  // RFC 5280 appendix A.1: ub-common-name

// What a certificate under construction says.
struct Contents {
  std::string commonName;
  WallTime from;
  WallTime until;
};

// OpenSSL counts the days from 1970 itself: the C library of Windows knows no time before.
bool setTime(ASN1_TIME* at, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto rest = std::chrono::floor<std::chrono::seconds>(time - day);
  return ASN1_TIME_adj(at, 0, static_cast<int>(day.time_since_epoch().count()), static_cast<long>(rest.count())) != nullptr;
}

// RFC 5280 section 4.1.2.2: positive, at most 20 octets; random, so that no two are alike, whoever made them.
bool setSerial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool setName(X509_NAME* name, const std::string& commonName) {
  const auto add = [name](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, octets(value.data()), static_cast<int>(value.size()), -1, 0) == 1;
  };
  return add("O", "Sluice") && add("CN", commonName.substr(0, kCommonNameBytesMax));
}

CertificatePtr begin(const Contents& contents, EVP_PKEY* key) {
  CertificatePtr made(X509_new());
  if (!made || X509_set_version(made.get(), X509_VERSION_3) != 1 || !setSerial(made.get())) return nullptr;
  if (!setTime(X509_getm_notBefore(made.get()), contents.from)) return nullptr;
  if (!setTime(X509_getm_notAfter(made.get()), contents.until)) return nullptr;
  if (!setName(X509_get_subject_name(made.get()), contents.commonName)) return nullptr;
  return X509_set_pubkey(made.get(), key) == 1 ? std::move(made) : nullptr;
}

// `value` is never text from outside: it is a small language of its own.
bool extend(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool nameHost(X509* certificate, const std::string& host) {
  GENERAL_NAME* name = nullptr;
  if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str())) {
    name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, GEN_IPADD, address);
  } else {
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, host.data(), static_cast<int>(host.size()));
    name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
  }
  const NamesPtr names(sk_GENERAL_NAME_new_null());
  sk_GENERAL_NAME_push(names.get(), name);
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool finishLeaf(X509* leaf, X509* issuer, EVP_PKEY* issuerKey, const std::string& host) {
  return X509_set_issuer_name(leaf, X509_get_subject_name(issuer)) == 1 && nameHost(leaf, host) &&
         extend(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         extend(leaf, issuer, NID_key_usage, "critical,digitalSignature") &&
         extend(leaf, issuer, NID_ext_key_usage, "serverAuth") &&
         extend(leaf, issuer, NID_subject_key_identifier, "hash") &&
         (leaf == issuer || extend(leaf, issuer, NID_authority_key_identifier, "keyid")) &&
         X509_sign(leaf, issuerKey, EVP_sha256()) > 0;
}

std::string randomSuffix() {
  std::array<unsigned char, 4> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  std::string text;
  for (const unsigned char each : bytes) {
    text.push_back("0123456789abcdef"[each >> 4]);
    text.push_back("0123456789abcdef"[each & 15]);
  }
  return text;
}

std::string textOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Result<Authority> Authority::make(WallTime now) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  const CertificatePtr own = begin({"Sluice CA " + randomSuffix(), now - kClockSkew, now + kAuthorityValidFor}, key.get());
  if (!own) return failed("making the CA certificate");
  const bool complete = X509_set_issuer_name(own.get(), X509_get_subject_name(own.get())) == 1 &&
                        extend(own.get(), own.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                        extend(own.get(), own.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
                        extend(own.get(), own.get(), NID_subject_key_identifier, "hash") &&
                        X509_sign(own.get(), key.get(), EVP_sha256()) > 0;
  if (!complete) return failed("making the CA certificate");
  const BioPtr certificate(BIO_new(BIO_s_mem()));
  const BioPtr privateKey(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate.get(), own.get()) != 1) return failed("writing the CA certificate");
  if (PEM_write_bio_PKCS8PrivateKey(privateKey.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failed("writing the CA's key");
  }
  return fromPem(textOf(certificate.get()), textOf(privateKey.get()));
}

Result<Authority> Authority::fromPem(std::string_view certificate, std::string_view key) {
  const auto unusable = [](const char* why) { return fail(Side::Local, Code::BadArgument, why); };
  const BioPtr certificateBytes(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const BioPtr keyBytes(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  // Without a callback OpenSSL would ask the terminal for the password of an encrypted key.
  const auto noPassword = [](char*, int, int, void*) { return -1; };
  CertificatePtr own(PEM_read_bio_X509(certificateBytes.get(), nullptr, nullptr, nullptr));
  KeyPtr ownKey(PEM_read_bio_PrivateKey(keyBytes.get(), nullptr, noPassword, nullptr));
  const bool isPair = own && ownKey && X509_check_private_key(own.get(), ownKey.get()) == 1;
  ERR_clear_error();
  if (!own) return unusable("no certificate in PEM");
  if (!ownKey) return unusable("no private key in PEM");
  if (!isPair) return unusable("certificate and key do not belong together");
  if (X509_check_ca(own.get()) != 1) return unusable("the certificate is not that of a CA");
  Authority authority;
  authority.certificatePem_ = certificate;
  authority.certificateDer_ = derOf(own.get());
  const auto facts = describeCertificate(authority.certificateDer_);
  if (!facts) return fail(facts.error());
  authority.name_ = facts->commonName;
  authority.validUntil_ = facts->validUntil;
  authority.own_ = Identity(own.release(), ownKey.release());
  authority.leafKey_ = Identity(nullptr, EVP_EC_gen("P-256"));
  if (authority.leafKey_.key() == nullptr) return failed("making a key");
  return authority;
}

Result<std::string> Authority::keyPem() const {
  const BioPtr bytes(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(bytes.get(), own_.key(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failed("writing the CA's key");
  }
  return textOf(bytes.get());
}

Result<Identity> Authority::leafFor(const std::string& host, WallTime now) {
  const auto found = byHost_.find(host);
  if (found != byHost_.end() && now < found->second->renewAt) {
    leaves_.splice(leaves_.begin(), leaves_, found->second);
    return leaves_.front().identity;
  }
  const CertificatePtr leaf = begin({host, now - kClockSkew, now + kLeafValidFor}, leafKey_.key());
  if (!leaf || !finishLeaf(leaf.get(), own_.certificate(), own_.key(), host)) return failed("making a certificate for " + host);
  X509_up_ref(leaf.get());
  EVP_PKEY_up_ref(leafKey_.key());
  Identity made(leaf.get(), leafKey_.key());
  if (found != byHost_.end()) {
    leaves_.erase(found->second);
    byHost_.erase(found);
  } else if (leaves_.size() == limits::kLeafCertificatesMax) {
    byHost_.erase(leaves_.back().host);
    leaves_.pop_back();
  }
  leaves_.push_front({host, std::move(made), now + kLeafValidFor - kRenewBefore});
  byHost_[host] = leaves_.begin();
  return leaves_.front().identity;
}

Result<Identity> makeRefusal(const std::string& host, const std::string& why, WallTime now) {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  CertificatePtr certificate = begin({"Refused by Sluice: " + why, now - kClockSkew, now + kDay}, key.get());
  if (!certificate || !finishLeaf(certificate.get(), certificate.get(), key.get(), host)) {
    return failed("making a certificate for " + host);
  }
  return Identity(certificate.release(), key.release());
}

}  // namespace sluice::tls
