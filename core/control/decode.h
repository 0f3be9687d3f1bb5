// Bytes to messages. The bytes come from another process and may be anything: they are verified before they are read, and
// what is no message of ours is Code::ProtocolFault. What a frame decodes to is bounded by the size of the frame and
// kControlRowsMax. Pure. Any thread.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/control/messages.h"

namespace sluice::control {

struct RequestMessage {
  StreamId stream = 0;
  Request request;
};

struct ReplyMessage {
  StreamId stream = 0;
  Reply reply;
};

// `frame` is what FrameReader::next gave: without its length.
Result<RequestMessage> decodeRequest(Bytes frame);
Result<ReplyMessage> decodeReply(Bytes frame);

}  // namespace sluice::control
