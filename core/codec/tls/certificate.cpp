#include "core/codec/tls/certificate.h"

#include <openssl/pem.h>
#include <openssl/sha.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "core/codec/tls/openssl.h"

namespace sluice::tls {
namespace {

std::string taken(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// One line; control bytes and what is not UTF-8 are escaped by OpenSSL.
std::string nameText(const X509_NAME* name) {
  constexpr unsigned long kFlags = (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) | XN_FLAG_DN_REV;
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (X509_NAME_print_ex(bio.get(), name, 0, kFlags) < 0) return {};
  return taken(bio.get());
}

std::string printable(const unsigned char* data, int size) {
  std::string text;
  for (int i = 0; i < size; ++i) text.push_back(data[i] >= 0x20 && data[i] < 0x7f ? static_cast<char>(data[i]) : '?');
  return text;
}

std::string commonNameOf(const X509_NAME* name) {
  const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (index < 0) return {};
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
  return printable(ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
}

std::string addressText(const unsigned char* octets, int size) {
  std::array<char, 64> text{};
  if (size == 4) {
    std::snprintf(text.data(), text.size(), "%d.%d.%d.%d", octets[0], octets[1], octets[2], octets[3]);
    return text.data();
  }
  std::string all;
  for (int i = 0; i + 1 < size; i += 2) {
    std::snprintf(text.data(), text.size(), "%s%x", i > 0 ? ":" : "", octets[i] << 8 | octets[i + 1]);
    all += text.data();
  }
  return all;
}

std::vector<std::string> namesOf(const X509* certificate) {
  std::vector<std::string> names;
  const NamesPtr all(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
    if (type == GEN_DNS) names.push_back(printable(ASN1_STRING_get0_data(value), ASN1_STRING_length(value)));
    if (type == GEN_IPADD) names.push_back(addressText(ASN1_STRING_get0_data(value), ASN1_STRING_length(value)));
  }
  return names;
}

WallTime timeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  const std::chrono::year_month_day day(std::chrono::year(parts.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                        std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
  const auto moment = std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) +
                      std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
  return WallTime(std::chrono::duration_cast<Micros>(moment.time_since_epoch()));
}

std::string keyText(const X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return "unknown";
  const char* type = EVP_PKEY_get0_type_name(key);
  return std::string(type != nullptr ? type : "unknown") + ", " + std::to_string(EVP_PKEY_get_bits(key)) + " bits";
}

std::string hexadecimal(const unsigned char* data, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text.push_back("0123456789abcdef"[data[i] >> 4]);
    text.push_back("0123456789abcdef"[data[i] & 15]);
  }
  return text;
}

CertificatePtr firstOf(std::string_view pem) {
  const BioPtr bytes(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CertificatePtr certificate(PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

}  // namespace

Result<CertificateFacts> describeCertificate(std::string_view der) {
  const auto* data = octets(der.data());
  const CertificatePtr certificate(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!certificate) return fail(Side::Local, Code::TlsFailed, "not a certificate");
  CertificateFacts facts;
  facts.subject = nameText(X509_get_subject_name(certificate.get()));
  facts.commonName = commonNameOf(X509_get_subject_name(certificate.get()));
  facts.issuer = nameText(X509_get_issuer_name(certificate.get()));
  facts.names = namesOf(certificate.get());
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate.get());
  facts.serial = hexadecimal(ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial)));
  facts.key = keyText(certificate.get());
  const char* signature = OBJ_nid2ln(X509_get_signature_nid(certificate.get()));
  if (signature != nullptr) facts.signature = signature;
  facts.sha256 = digestOf(der);
  facts.validFrom = timeOf(X509_get0_notBefore(certificate.get()));
  facts.validUntil = timeOf(X509_get0_notAfter(certificate.get()));
  ERR_clear_error();
  return facts;
}

std::vector<CertificateFacts> describeChain(std::string_view ders) {
  std::vector<CertificateFacts> all;
  while (!ders.empty()) {
    const auto* data = octets(ders.data());
    const CertificatePtr certificate(d2i_X509(nullptr, &data, static_cast<long>(ders.size())));
    ERR_clear_error();
    if (!certificate) break;
    const auto size = static_cast<std::size_t>(data - octets(ders.data()));
    if (auto facts = describeCertificate(ders.substr(0, size))) all.push_back(std::move(*facts));
    ders.remove_prefix(size);
  }
  return all;
}

std::string digestOf(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(octets(bytes.data()), bytes.size(), digest.data());
  return hexadecimal(digest.data(), digest.size());
}

Result<std::string> derOfPem(std::string_view pem) {
  const auto certificate = firstOf(pem);
  if (!certificate) return fail(Side::Local, Code::BadArgument, "no certificate in PEM");
  return derOf(certificate.get());
}

Result<std::string> publicKeyPin(std::string_view pem) {
  const auto certificate = firstOf(pem);
  if (!certificate) return fail(Side::Local, Code::BadArgument, "no certificate in PEM");
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &key);
  if (size <= 0) return failed("reading a public key");
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(key, static_cast<std::size_t>(size), digest.data());
  OPENSSL_free(key);
  std::string text((digest.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), digest.data(), static_cast<int>(digest.size()));
  return text;
}

std::string derOf(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::string dateOf(WallTime time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text.data();
}

}  // namespace sluice::tls
