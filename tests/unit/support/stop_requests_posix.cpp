#include "tests/unit/support/stop_requests.h"

void heedStopRequests() {}  // SIGTERM does it
