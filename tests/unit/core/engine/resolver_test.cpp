#include "core/engine/resolver.h"

#include <map>
#include <memory>
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

SLUICE_TEST(eachQuestionGetsItsOwnAnswerOnce) {
  asio::io_context loop;
  Resolver resolver(loop);
  constexpr std::uint16_t kQuestions = 50;
  std::map<std::uint16_t, int> answers;
  auto work = asio::make_work_guard(loop);
  std::size_t count = 0;
  for (std::uint16_t port = 1; port <= kQuestions; ++port) {
    const std::string host = port % 3 == 0 ? "127.0.0.1" : port % 3 == 1 ? "localhost" : "no-such-host.invalid";
    resolver.resolve(host, port, [&, port](Result<Resolver::Endpoints> result) {
      if (!result || result->front().port() == port) ++answers[port];
      if (++count == kQuestions) work.reset();
    });
  }
  loop.run();
  QCOMPARE(answers.size(), std::size_t{kQuestions});
  for (const auto& [port, times] : answers) QCOMPARE(times, 1);
}

SLUICE_TEST(whatIsDestroyedCallsNobody) {
  asio::io_context loop;
  int called = 0;
  {
    Resolver resolver(loop);
    for (const std::string host : {"127.0.0.1", "localhost", "no-such-host.invalid"}) {
      resolver.resolve(host, 80, [&](auto) { ++called; });
    }
  }
  loop.poll();
  QCOMPARE(called, 0);
}

SLUICE_TEST(whoIsAnsweredMayEndTheResolver) {
  asio::io_context loop;
  int called = 0;
  auto resolver = std::make_unique<Resolver>(loop);
  for (int i = 0; i < 3; ++i) {
    resolver->resolve("127.0.0.1", 80, [&](auto) {
      ++called;
      resolver.reset();
    });
  }
  loop.poll();
  QCOMPARE(called, 1);
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
