// Asks the system what it may take long to answer (a name server, a table of all connections), on a few threads that nobody waits
// for: who ends leaves a thread behind that the system holds up, with nothing of ours but the question.
// Loop thread only, but for the questions themselves. How many may wait is bounded by the callers.
#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/thread.h"

namespace sluice::engine {

template <class Answer>
class Inquiries {
 public:
  // Runs on one of the threads, which may outlive everything else here.
  // REQUIRES: it owns what it uses.
  using Question = std::function<Answer()>;
  using Handler = std::function<void(Answer)>;

  // `threadName`: at most 15 bytes, of static storage. Threads are started when there is a question that no other is free for.
  Inquiries(asio::io_context& loop, const char* threadName, std::size_t threadsMax)
      : loop_(loop), threadName_(threadName), threadsMax_(threadsMax), waiting_(std::make_shared<Waiting>()),
        shared_(std::make_shared<Shared>(loop)) {}
  // Handlers that were not called are gone when this returns.
  ~Inquiries();
  Inquiries(Inquiries&&) = delete;

  // Questions are begun in the order of the calls. Never calls `done` from inside.
  void ask(Question question, Handler done);
  // Calls `done` as for an answer, where nobody needs to be asked.
  void answer(Answer known, Handler done);
  // What no thread has begun with is not asked any more: its handlers are gone when this returns.
  void dropQueued();

  std::size_t queued() const;  // that no thread has begun with
  std::size_t unanswered() const { return waiting_->handlers.size(); }

 private:
  // Stays on the loop: what a handler holds must not end on another thread, or after the loop.
  struct Waiting {
    std::uint64_t last = 0;
    std::unordered_map<std::uint64_t, Handler> handlers;
  };
  struct Job {
    Question question;
    std::weak_ptr<Waiting> waiting;
    std::uint64_t ticket;
  };
  // What the threads know; outlives this object with the last of them.
  struct Shared {
    explicit Shared(asio::io_context& l) : loop(&l) {}

    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Job> jobs;
    std::size_t idle = 0;  // threads that wait, those among them that were woken a moment ago
    bool stopped = false;
    asio::io_context* loop;  // null once nobody wants answers
  };

  static void serve(const std::shared_ptr<Shared>& shared, const char* threadName);
  static void tell(asio::io_context& loop, std::weak_ptr<Waiting> waiting, std::uint64_t ticket, Answer answer);
  std::uint64_t keep(Handler done);
  void addThread();

  asio::io_context& loop_;
  const char* const threadName_;
  const std::size_t threadsMax_;
  std::shared_ptr<Waiting> waiting_;
  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
};

template <class Answer>
Inquiries<Answer>::~Inquiries() {
  bool allIdle = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopped = true;
    shared_->loop = nullptr;
    shared_->jobs.clear();
    allIdle = shared_->idle == threads_.size();
  }
  shared_->wake.notify_all();
  for (auto& thread : threads_) allIdle ? thread.join() : thread.detach();
}

template <class Answer>
void Inquiries<Answer>::serve(const std::shared_ptr<Shared>& shared, const char* threadName) {
  platform::beginThread(threadName, platform::Urgency::Usual);
  std::unique_lock lock(shared->mutex);
  for (;;) {
    shared->idle++;
    shared->wake.wait(lock, [&] { return shared->stopped || !shared->jobs.empty(); });
    if (shared->stopped) return;  // still counted as idle: may be joined
    shared->idle--;
    auto job = std::move(shared->jobs.front());
    shared->jobs.pop_front();
    lock.unlock();
    auto answer = job.question();
    lock.lock();
    if (shared->loop == nullptr) return;
    tell(*shared->loop, std::move(job.waiting), job.ticket, std::move(answer));
  }
}

template <class Answer>
void Inquiries<Answer>::tell(asio::io_context& loop, std::weak_ptr<Waiting> waiting, std::uint64_t ticket, Answer answer) {
  asio::post(loop, [waiting = std::move(waiting), ticket, answer = std::move(answer)]() mutable {
    const auto alive = waiting.lock();
    if (!alive) return;
    auto handler = alive->handlers.extract(ticket);
    handler.mapped()(std::move(answer));
  });
}

template <class Answer>
std::uint64_t Inquiries<Answer>::keep(Handler done) {
  const auto ticket = ++waiting_->last;
  waiting_->handlers.emplace(ticket, std::move(done));
  return ticket;
}

template <class Answer>
void Inquiries<Answer>::answer(Answer known, Handler done) {
  tell(loop_, waiting_, keep(std::move(done)), std::move(known));
}

template <class Answer>
void Inquiries<Answer>::ask(Question question, Handler done) {
  const auto ticket = keep(std::move(done));
  const std::lock_guard lock(shared_->mutex);
  shared_->jobs.push_back({std::move(question), waiting_, ticket});
  // One that was woken for an earlier question has not taken it yet, perhaps: a slow answer must not hold up this one.
  if (shared_->jobs.size() > shared_->idle && threads_.size() < threadsMax_) addThread();
  shared_->wake.notify_one();
}

// Where the system has no more of them, those that are there do the work, or one that the next question starts.
template <class Answer>
void Inquiries<Answer>::addThread() {
  try {
    threads_.emplace_back([shared = shared_, name = threadName_] { serve(shared, name); });
  } catch (const std::system_error&) {
    return;
  }
}

template <class Answer>
void Inquiries<Answer>::dropQueued() {
  std::deque<Job> dropped;
  {
    const std::lock_guard lock(shared_->mutex);
    dropped.swap(shared_->jobs);
  }
  for (const auto& job : dropped) waiting_->handlers.erase(job.ticket);
}

template <class Answer>
std::size_t Inquiries<Answer>::queued() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->jobs.size();
}

}  // namespace sluice::engine
