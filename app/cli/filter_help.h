// What a filter can be made of, for --help: it must be there where no manual page is. Any thread.
#pragma once

#include <string>

namespace sluice::cli {

// Every field and every form that the parser knows, a line for each kind of them.
std::string filterHelp();

}  // namespace sluice::cli
