// Who lends memory to an operation of the system, which may write there at any time until it is over. Loop thread.
#pragma once

namespace sluice {

class Lender {
 public:
  // Nobody else touches the memory any more. Once for everything that was lent, also when the operation was cancelled; never from
  // inside the call that lent it.
  virtual void givenBack() = 0;

 protected:
  ~Lender() = default;
};

}  // namespace sluice
