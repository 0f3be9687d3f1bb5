#include "core/engine/inquiries.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using Inquiries = engine::Inquiries<int>;

namespace {
// What a question waits for, until it is let go.
struct Gate {
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
};

struct Loop {
  asio::io_context loop;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(loop);
};
}  // namespace

SLUICE_TEST(answersComeOnTheLoopInTheOrderOfTheQuestions) {
  Loop on;
  Inquiries inquiries(on.loop, "test", 1);
  std::vector<int> answers;
  bool elsewhere = false;
  const auto here = std::this_thread::get_id();
  for (int i = 0; i < 20; ++i) {
    inquiries.ask([i] { return i; }, [&](int answer) {
      elsewhere |= std::this_thread::get_id() != here;
      answers.push_back(answer);
    });
  }
  QVERIFY(answers.empty());
  while (inquiries.unanswered() > 0) on.loop.run_one();
  QVERIFY(!elsewhere);
  QCOMPARE(answers.size(), std::size_t(20));
  for (int i = 0; i < 20; ++i) QCOMPARE(answers[static_cast<std::size_t>(i)], i);
}

SLUICE_TEST(oneSlowAnswerHoldsUpNoOther) {
  Loop on;
  const auto gate = std::make_shared<Gate>();
  Inquiries inquiries(on.loop, "test", 2);
  std::vector<int> answers;
  inquiries.ask([gate] { return gate->opened.wait(), 1; }, [&](int answer) { answers.push_back(answer); });
  for (int i = 2; i < 5; ++i) inquiries.ask([i] { return i; }, [&](int answer) { answers.push_back(answer); });
  while (inquiries.unanswered() > 1) on.loop.run_one();
  QVERIFY((answers == std::vector<int>{2, 3, 4}));
  gate->open.set_value();
  while (inquiries.unanswered() > 0) on.loop.run_one();
  QCOMPARE(answers.back(), 1);
}

SLUICE_TEST(whatIsKnownAlreadyIsToldLaterTooAndOvertakesWhatIsAsked) {
  Loop on;
  const auto gate = std::make_shared<Gate>();
  Inquiries inquiries(on.loop, "test", 1);
  std::vector<int> answers;
  inquiries.ask([gate] { return gate->opened.wait(), 1; }, [&](int answer) { answers.push_back(answer); });
  inquiries.answer(2, [&](int answer) { answers.push_back(answer); });
  QVERIFY(answers.empty());
  while (inquiries.unanswered() > 1) on.loop.run_one();
  QVERIFY((answers == std::vector<int>{2}));
  gate->open.set_value();
}

SLUICE_TEST(whatIsDroppedIsNeitherAskedNorTold) {
  Loop on;
  const auto gate = std::make_shared<Gate>();
  const auto begun = std::make_shared<std::promise<void>>();
  Inquiries inquiries(on.loop, "test", 1);
  std::vector<int> answers;
  inquiries.ask([gate, begun] { return begun->set_value(), gate->opened.wait(), 1; }, [&](int answer) { answers.push_back(answer); });
  begun->get_future().wait();
  const auto held = std::make_shared<int>(0);
  inquiries.ask([] { return 2; }, [&, held](int answer) { answers.push_back(answer); });
  QCOMPARE(inquiries.queued(), std::size_t(1));
  inquiries.dropQueued();
  QCOMPARE(inquiries.queued(), std::size_t(0));
  QCOMPARE(held.use_count(), 1L);
  gate->open.set_value();
  while (inquiries.unanswered() > 0) on.loop.run_one();
  QVERIFY((answers == std::vector<int>{1}));
}

SLUICE_TEST(whoEndsWaitsForNoQuestionAndIsToldNothing) {
  Loop on;
  const auto gate = std::make_shared<Gate>();
  const auto ended = std::make_shared<std::promise<void>>();
  const auto held = std::make_shared<int>(0);
  int told = 0;
  {
    Inquiries inquiries(on.loop, "test", 1);
    const auto begun = std::make_shared<std::promise<void>>();
    inquiries.ask(
        [gate, begun, ended] {
          begun->set_value();
          gate->opened.wait();
          ended->set_value();
          return 1;
        },
        [&told, held](int) { ++told; });
    begun->get_future().wait();
  }
  QCOMPARE(held.use_count(), 1L);
  gate->open.set_value();
  ended->get_future().wait();
  on.loop.poll();
  QCOMPARE(told, 0);
}
