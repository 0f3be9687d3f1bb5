#include "core/engine/settings.h"

#include "tests/support/test.h"

using namespace sluice;
using engine::parseListenerSpec;

SLUICE_TEST(readsAListener) {
  const auto spec = parseListenerSpec("regular@127.0.0.1:8080");
  QVERIFY(spec.has_value());
  QCOMPARE(spec->kind, std::string("regular"));
  QCOMPARE(spec->address.port(), std::uint16_t{8080});
  QVERIFY(parseListenerSpec("regular@[::1]:0").has_value());
}

SLUICE_TEST(saysWhatIsWrongWithAListener) {
  for (const std::string text : {"", "regular", "regular@", "regular@127.0.0.1", "regular@127.0.0.1:99999", "regular@host:1",
                                 "regular@::1:80", "regular@[127.0.0.1]:80", "sideways@127.0.0.1:80", "regular@127.0.0.1:8x"}) {
    const auto spec = parseListenerSpec(text);
    QVERIFY2(!spec, text.c_str());
    QVERIFY(spec.error().code == Code::BadArgument);
    QVERIFY2(spec.error().detail.find(text.substr(0, text.find('@'))) != std::string::npos, spec.error().detail.c_str());
  }
}
