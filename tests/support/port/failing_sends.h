// Has one send of a port's socket fail. A binary that compiles failing_sends_linux.cpp and is linked with --wrap=sendmsg has its sends go
// through there. failSend() while nobody sends.
#pragma once

#include <cstddef>

namespace sluice::test {

// The send of this number from now on, counted from 1, fails with this error of the system; 0: none. How many there were since the last
// call of this.
std::size_t failSend(std::size_t which, int error = 0);

}  // namespace sluice::test
