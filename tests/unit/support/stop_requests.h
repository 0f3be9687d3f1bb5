// A child that is asked to stop ends as a shell tells of a signal: with 128 + 15. One file per system.
#pragma once

void heedStopRequests();
