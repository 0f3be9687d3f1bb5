#include "platform/net/strategy.h"

#include <windows.h>

namespace sluice::net {
namespace {

// Desktop editions run two TransmitFile at a time for the whole machine, so that two slow clients would hold up every other one.
bool isServerEdition() {
  OSVERSIONINFOEXW desktop{};
  desktop.dwOSVersionInfoSize = sizeof desktop;
  desktop.wProductType = VER_NT_WORKSTATION;
  const auto sameKind = VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL);
  return VerifyVersionInfoW(&desktop, VER_PRODUCT_TYPE, sameKind) == 0 && GetLastError() == ERROR_OLD_WIN_VERSION;
}

}  // namespace

// To wait until a socket can be written to, Asio would start a thread around select(), which copes with 64 sockets. Waiting
// until one can be read from is a receive of no bytes, which costs a call more than one into memory that is lent.
Strategy nativeStrategy() {
  static const auto fileMode = isServerEdition() ? FileMode::Transmit : FileMode::Attempt;
  return {SendMode::TakeOver, ReceiveMode::Lend, kAcceptsInFlight, kMuchBytes, fileMode};
}

}  // namespace sluice::net
