// Records as bytes, from a worker to its supervisor: both are one program, so the fields follow each other in the order
// of their declaration. A field that is added to a record does not compile until it is named in record_codec.cpp, and
// then travels both ways. Any thread.
#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/capture/records.h"

namespace sluice::capture {

// Appends the record to `out`.
void encode(const Record& record, std::string& out);

// The record that is exactly `bytes`. Code::ProtocolFault: it is none; every size, number of a kind and id is checked.
Result<Record> decode(Bytes bytes);

}  // namespace sluice::capture
