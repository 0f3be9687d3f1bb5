// A network that misbehaves as a seed says, for code that runs in this process over real sockets: the system calls themselves
// move less than they could, say that they would block, or fail, and whatever they say is then also true of the socket. Only
// in threads that asked for it: the peers of a test stay sound.
//
// A binary that links sluice_test_faults has its calls routed through here by the linker; without a SocketFaults they go
// straight on. One object at a time; it outlives the threads that it acts in.
#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::test {

class SocketFaults {
 public:
  // What the one call that fails comes to. Each counts the calls of its own kind alone.
  enum class Failure : std::uint8_t {
    None,
    Reset,    // of receives and sends: the connection is reset, at both ends
    End,      // of receives: the stream has ended; what is still in it is lost
    Refusal,  // of everything else: no descriptor is left, nobody answers, the kernel's pipe is not to be had
  };
  struct Plan {
    std::uint64_t seed = 1;
    int shortInHundred = 0;    // receives and sends that move little: one byte, or a few
    int blockedInHundred = 0;  // that begin a row of calls that say that they would block
    Failure failure = Failure::None;
    std::uint64_t failing = 0;  // the number of the call that fails, from 1; later ones are sound again
  };

  explicit SocketFaults(const Plan& plan);
  ~SocketFaults();
  SocketFaults(const SocketFaults&) = delete;
  SocketFaults& operator=(const SocketFaults&) = delete;

  // From here on, in this thread, of whatever SocketFaults there is.
  static void actInThisThread();

  bool hasFailed() const { return counted_ >= plan_.failing; }
  std::uint64_t disturbed() const { return disturbed_; }  // calls that moved less or blocked

  // --- For the calls. In a thread that asked for it.
  struct Verdict {
    bool blocks = false;
    Failure fails = Failure::None;
    std::size_t bytesMax = ~std::size_t{0};
  };
  Verdict beforeReceive();
  Verdict beforeSend();
  bool refuses();

 private:
  Verdict before(bool receives);
  bool counts(bool matches);
  std::uint64_t random();

  const Plan plan_;
  std::atomic<std::uint64_t> random_;
  std::atomic<std::uint64_t> counted_ = 0;
  std::atomic<std::uint64_t> disturbed_ = 0;
  std::atomic<int> blocked_ = 0;  // how many more calls of the row block
};

}  // namespace sluice::test
