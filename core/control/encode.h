// Messages to bytes: a whole frame, ready to send. A frame is its length (u32, little-endian, not counting itself) and
// one FlatBuffer of schema/control.fbs. Pure. Any thread.
//
// What one side encodes the other always accepts: text longer than kControlTextBytesMax is cut, and rows or listeners
// that would not fit a frame are left off at the end.
#pragma once

#include <string>

#include "core/control/messages.h"

namespace sluice::control {

// Unknown stands for what was received and cannot be sent: it gives an empty string.
std::string encodeRequest(StreamId stream, const Request& request);
std::string encodeReply(StreamId stream, const Reply& reply);

}  // namespace sluice::control
