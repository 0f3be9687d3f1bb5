// Remembers under which descriptors processes have their connections, to guess under which they have the next: a process that opens one
// gets the lowest number that is free, mostly that of one that has ended. What is remembered may be out of date. Bounded; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace sluice::platform {

struct ProcessDescriptor {
  std::uint64_t process = 0;
  int number = 0;
  bool operator==(const ProcessDescriptor&) const = default;
};

class ClientDescriptors {
 public:
  // Where a connection was found. `connection`: a number that is given once.
  void opened(std::uint64_t connection, ProcessDescriptor at);
  void ended(std::uint64_t connection);
  // A guess was wrong: this is there instead. `inode`: of a socket, 0 for anything else.
  void taken(ProcessDescriptor at, std::uint64_t inode);
  // The process is no more.
  void gone(std::uint64_t process);

  // Where the socket may be that has just been opened, the likeliest first; at most limits::kClientGuessesMax.
  std::vector<ProcessDescriptor> guesses(std::uint64_t inode) const;
  // Of the connections that were found lately, the latest first; at most limits::kClientProgramsRemembered.
  std::vector<std::uint64_t> processes() const;

 private:
  struct Process {
    std::uint64_t id = 0;
    std::vector<int> freed;  // ascending
    int next = 0;            // behind the last one that was not one of these
  };
  struct Seen {
    std::uint64_t inode = 0;
    ProcessDescriptor at;
  };

  Process* find(std::uint64_t process);
  Process& latest(std::uint64_t process);

  std::deque<Process> processes_;  // the latest first
  std::unordered_map<std::uint64_t, ProcessDescriptor> open_;
  std::deque<Seen> seen_;  // where others were looked for, the latest first: they may be asked for next
};

}  // namespace sluice::platform
