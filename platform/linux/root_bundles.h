// Where distributions keep the certificates of all authorities in one file. Private to platform/linux. Any thread.
#pragma once

#include <array>

namespace sluice::platform {

inline constexpr std::array kRootBundles{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older Fedora, RHEL
    "/var/lib/ca-certificates/ca-bundle.pem",             // openSUSE
    "/etc/ssl/cert.pem",                                  // Alpine
};

}  // namespace sluice::platform
