#include "core/engine/resolver.h"

#include <optional>

#include "tests/support/test.h"

using namespace sluice;
using engine::Resolver;

namespace {
std::optional<Result<Resolver::Endpoints>> ask(const std::string& host) {
  asio::io_context loop;
  Resolver resolver(loop);
  std::optional<Result<Resolver::Endpoints>> answer;
  bool inside = true;
  bool calledInside = false;
  // Keeps the loop alive while a thread looks up.
  auto work = asio::make_work_guard(loop);
  resolver.resolve(host, 80, [&](Result<Resolver::Endpoints> result) {
    calledInside = inside;
    answer = std::move(result);
    work.reset();
  });
  inside = false;
  loop.run();
  if (calledInside) answer.reset();
  return answer;
}
}  // namespace

SLUICE_TEST(numericAddressesNeedNoLookup) {
  const auto v4 = ask("127.0.0.1");
  QVERIFY(v4 && *v4 && (*v4)->size() == 1 && (*v4)->front().port() == 80);
  const auto v6 = ask("::1");
  QVERIFY(v6 && *v6 && (*v6)->front().address().is_v6());
}

SLUICE_TEST(localhostIsLoopbackInBothFamilies) {
  for (const std::string host : {"localhost", "app.localhost", "LocalHost", "localhost.", "App.LOCALHOST."}) {
    const auto answer = ask(host);
    QVERIFY(answer && *answer);
    QCOMPARE((*answer)->size(), std::size_t{2});
    for (const auto& endpoint : **answer) QVERIFY(endpoint.address().is_loopback());
  }
}

SLUICE_TEST(aNameThatDoesNotExistIsAnErrorOfTheUpstreamSide) {
  const auto answer = ask("no-such-host.invalid");
  QVERIFY(answer && !*answer);
  QVERIFY(answer->error().side == Side::Upstream);
  QVERIFY(answer->error().code == Code::HostNotFound || answer->error().code == Code::ResolveFailed);
  QVERIFY(answer->error().detail.find("no-such-host.invalid") != std::string::npos);
}

SLUICE_TEST(canBeDestroyedWhileLookupsWait) {
  asio::io_context loop;
  {
    Resolver resolver(loop);
    for (int i = 0; i < 50; ++i) {
      resolver.resolve("no-such-host-" + std::to_string(i) + ".invalid", 80, [](auto) {});
    }
  }
  loop.poll();
}
