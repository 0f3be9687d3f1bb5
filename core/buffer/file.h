// A file as pipes and chains see it: something whose ranges can be sent or read, with a name for messages. The platform
// derives its own from this. An object lives at least as long as the slices and reads that refer to it.
#pragma once

#include <string_view>

namespace sluice::buffer {

class File {
 public:
  virtual ~File() = default;
  // For messages: a path, or a word such as "spill file in /tmp" for a file without a name.
  virtual std::string_view name() const = 0;
  // Opened for direct I/O: reads want aligned offsets, lengths and memory.
  virtual bool isDirect() const = 0;
  // Turns direct I/O on or off. False: could not (the platform has logged why); the reads go on buffered.
  virtual bool setDirect(bool on) = 0;
};

}  // namespace sluice::buffer
