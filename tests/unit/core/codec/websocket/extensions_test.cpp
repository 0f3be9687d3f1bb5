#include "core/codec/websocket/extensions.h"

#include "tests/support/test.h"

using namespace sluice;
using websocket::acceptedDeflate;
using websocket::Deflate;

SLUICE_TEST(readsWhatWasAgreedOn) {
  QVERIFY(acceptedDeflate("permessage-deflate") == Deflate{});
  QVERIFY((acceptedDeflate("permessage-deflate; client_no_context_takeover") == Deflate{false, true}));
  QVERIFY((acceptedDeflate(" permessage-deflate ;server_no_context_takeover; server_max_window_bits=10 ") == Deflate{true, false}));
  QVERIFY((acceptedDeflate("permessage-deflate;client_no_context_takeover;server_no_context_takeover, x") == Deflate{false, false}));
}

SLUICE_TEST(makesNothingOfOtherExtensions) {
  for (const char* value : {"", "x-webkit-deflate-frame", "permessage-bzip2", "permessage-deflatex", "x, permessage-deflate", ",", ";"}) {
    QVERIFY2(!acceptedDeflate(value), value);
  }
}
