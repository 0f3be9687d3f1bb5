// Tries every order in which threads can do what they do to shared words, over a memory as weak as C++'s acquire and release
// allow (what is sequentially consistent is taken for no more than that): each word has a history of values; a look finds the
// newest one or any older one that its thread has no reason to know better than, and a release hands on what its thread knows. Plain
// bytes must be ordered by that: otherwise it is a race, and told.
//
// The real code runs: SteppedAccess stands between it and the memory, whose words it names and which it never touches. A
// thread's next step is found by running it again from its start with the answers that it had before; states that were seen
// already are not gone into twice. A thread finds something old kOldLooksMax times at most: more finds nothing that fewer do not.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/port/shared_queue.h"

namespace sluice::test {

inline constexpr int kOldLooksMax = 3;

class WeakMemory {
 public:
  static constexpr std::uint32_t kSlots = 2;
  // What threads name; it stays as it is.
  struct Words {
    alignas(64) std::array<std::byte, port::queueBytes(kSlots)> queue{};
    std::uint32_t wakeUps = 0;   // on the reader's socket
    std::uint32_t roomNews = 0;  // on the writer's
    std::uint32_t free = 0;      // a chunk
    std::uint32_t outOfMemory = 0;
    std::uint64_t result = 0;  // a bit a message that came; written by one thread
  };
  static Words& words() {
    static Words all;
    return all;
  }

  using View = std::vector<std::uint8_t>;  // by place: the oldest value that may still be found
  struct Value {
    std::uint64_t bits = 0;
    View known;  // by whoever wrote it
  };
  using History = std::vector<Value>;

  History& at(std::size_t place) {
    if (histories_.size() <= place) histories_.resize(place + 1);
    if (histories_[place].empty()) histories_[place].emplace_back();
    return histories_[place];
  }
  std::uint64_t newest(const void* word) { return at(placeOf(word)).back().bits; }
  std::string key() const {
    std::string text;
    for (const auto& history : histories_) {
      text += '/';
      for (const auto& value : history) {
        text.append(reinterpret_cast<const char*>(&value.bits), sizeof value.bits);
        text.append(value.known.begin(), value.known.end());
        text += ';';
      }
    }
    return text;
  }

  static bool holds(const void* address) {
    const auto* begin = reinterpret_cast<const std::byte*>(&words());
    const auto* at = static_cast<const std::byte*>(address);
    return at >= begin && at < begin + sizeof(Words);
  }
  // Numbered in the order in which they are first touched.
  static std::size_t placeOf(const void* word) {
    static std::map<const void*, std::size_t> places;
    return places.emplace(word, places.size()).first->second;
  }

 private:
  std::vector<History> histories_;
};

// One thread: what its steps answered so far, what it knows, and where this run of it is.
struct SteppedThread {
  std::vector<std::uint64_t> answers;
  WeakMemory::View known;
  int oldLooks = 0;
  // Of this run.
  std::size_t next = 0;
  bool mayStep = false;     // one new step is due
  std::size_t choice = 0;   // which of the outcomes of that step
  std::size_t choices = 0;  // how many there were

  std::uint8_t& knows(std::size_t place) {
    if (known.size() <= place) known.resize(place + 1);
    return known[place];
  }
  void learn(const WeakMemory::View& more) {
    if (known.size() < more.size()) known.resize(more.size());
    for (std::size_t i = 0; i < more.size(); ++i) known[i] = std::max(known[i], more[i]);
  }
};

struct Stop {};
struct Race {};

struct SteppedAccess {
  inline static SteppedThread* thread = nullptr;
  inline static WeakMemory* memory = nullptr;

  // Runs `work` as the one new step, gives an old answer, or stops the thread before a step that is not due.
  template <class Work>
  static std::uint64_t step(Work work) {
    if (thread->next < thread->answers.size()) return thread->answers[thread->next++];
    if (!thread->mayStep) throw Stop{};
    thread->choices = 1;
    const std::uint64_t answer = work();
    thread->mayStep = false;
    thread->answers.push_back(answer);
    ++thread->next;
    return answer;
  }

  template <class T>
  static T load(T& word) {
    return static_cast<T>(step([&] {
      const auto place = WeakMemory::placeOf(&word);
      const auto any = [](std::uint64_t) { return true; };
      thread->choices = countOf(place, any);
      return look(place, any, thread->choice);
    }));
  }
  template <class T>
  static void store(T& word, T value) {
    step([&] {
      write(WeakMemory::placeOf(&word), value);
      return std::uint64_t{0};
    });
  }
  template <class T>
  static T exchange(T& word, T value) {
    return static_cast<T>(change(word, [value](std::uint64_t) { return value; }));
  }
  template <class T>
  static T fetchOr(T& word, T bits) {
    return static_cast<T>(change(word, [bits](std::uint64_t before) { return before | bits; }));
  }
  template <class T>
  static T fetchAnd(T& word, T bits) {
    return static_cast<T>(change(word, [bits](std::uint64_t before) { return before & bits; }));
  }
  // Where it does not succeed it is a look, which may have found something old.
  template <class T>
  static bool compareExchange(T& word, T expected, T value) {
    const auto found = step([&]() -> std::uint64_t {
      const auto place = WeakMemory::placeOf(&word);
      const auto other = [expected](std::uint64_t bits) { return bits != expected; };
      const std::size_t successes = other(memory->at(place).back().bits) ? 0 : 1;
      thread->choices = successes + countOf(place, other);
      if (thread->choice >= successes) return look(place, other, thread->choice - successes);
      return readAndWrite(place, value);
    });
    return found == expected;
  }
  // No step of its own: whatever others did to these bytes comes before it in every order, or it is a race.
  static void copy(void* to, const void* from, std::size_t bytes) {
    const bool in = WeakMemory::holds(to);
    std::uint64_t bits = 0;
    if (in) std::memcpy(&bits, from, std::min(bytes, sizeof bits));
    bits = beside([&](std::size_t place) {
      auto& history = memory->at(place);
      if (thread->knows(place) + 1U != history.size()) throw Race{};
      const auto found = in ? bits : history.back().bits;
      write(place, found);
      return found;
    }, in ? to : from);
    if (!in) std::memcpy(to, &bits, std::min(bytes, sizeof bits));
  }

  // A count that the kernel keeps: waits until there is one, and takes it.
  static void await(std::uint32_t& count) {
    step([&]() -> std::uint64_t {
      const auto place = WeakMemory::placeOf(&count);
      if (memory->at(place).back().bits == 0) throw Stop{};
      return readAndWrite(place, memory->at(place).back().bits - 1);
    });
  }
  static void signal(std::uint32_t& count) {
    change(count, [](std::uint64_t before) { return before + 1; });
  }

 private:
  // What is not a step is an answer all the same, so that it happens once.
  template <class Work>
  static std::uint64_t beside(Work work, const void* word) {
    if (thread->next < thread->answers.size()) return thread->answers[thread->next++];
    if (!thread->mayStep) throw Stop{};
    thread->answers.push_back(work(WeakMemory::placeOf(word)));
    ++thread->next;
    return thread->answers.back();
  }
  template <class Fits>
  static std::size_t countOf(std::size_t place, Fits fits) {
    const auto& history = memory->at(place);
    std::size_t count = 0;
    for (std::size_t i = thread->knows(place); i < history.size(); ++i) {
      const bool old = i + 1 < history.size();
      if (fits(history[i].bits) && (!old || thread->oldLooks < kOldLooksMax)) ++count;
    }
    return count;
  }
  // The newest that fits, or one before it.
  template <class Fits>
  static std::uint64_t look(std::size_t place, Fits fits, std::size_t which) {
    const auto& history = memory->at(place);
    for (std::size_t i = history.size(); i-- > thread->knows(place);) {
      const bool old = i + 1 < history.size();
      if (!fits(history[i].bits) || which-- > 0) continue;
      if (old) ++thread->oldLooks;
      thread->knows(place) = static_cast<std::uint8_t>(i);
      const auto found = history[i];
      thread->learn(found.known);
      return found.bits;
    }
    return 0;
  }
  static void write(std::size_t place, std::uint64_t bits) {
    auto& history = memory->at(place);
    thread->knows(place) = static_cast<std::uint8_t>(history.size());
    history.push_back({bits, thread->known});
  }
  // Always of the newest; what was known before goes on with it.
  static std::uint64_t readAndWrite(std::size_t place, std::uint64_t bits) {
    const auto before = memory->at(place).back();
    thread->learn(before.known);
    write(place, bits);
    return before.bits;
  }
  template <class T, class Next>
  static std::uint64_t change(T& word, Next next) {
    return step([&] {
      const auto place = WeakMemory::placeOf(&word);
      return readAndWrite(place, next(memory->at(place).back().bits));
    });
  }
};

class Explorer {
 public:
  using Body = std::function<void(WeakMemory::Words&)>;

  explicit Explorer(std::vector<Body> bodies) : bodies_(std::move(bodies)) {}

  // What is wrong, or nothing. `judge` sees each state in which nobody can go on.
  std::string run(const std::function<std::string(WeakMemory&)>& judge) {
    judge_ = judge;
    explore({}, std::vector<SteppedThread>(bodies_.size()));
    return fault_;
  }
  std::size_t states() const { return seen_.size(); }

 private:
  void explore(WeakMemory memory, const std::vector<SteppedThread>& threads) {
    if (!fault_.empty() || !seen_.insert(keyOf(memory, threads)).second) return;
    bool moved = false;
    for (std::size_t i = 0; i < bodies_.size() && fault_.empty(); ++i) {
      for (std::size_t choice = 0, choices = 1; choice < choices && fault_.empty(); ++choice) {
        WeakMemory nextMemory = memory;
        auto nextThreads = threads;
        auto& thread = nextThreads[i];
        thread.next = thread.choices = 0;
        thread.choice = choice;
        thread.mayStep = true;
        if (!stepOf(i, nextMemory, thread)) break;
        choices = std::max<std::size_t>(thread.choices, 1);
        moved = true;
        explore(std::move(nextMemory), nextThreads);
      }
    }
    if (!moved && fault_.empty()) fault_ = judge_(memory);
  }

  // False: it has ended, or waits.
  bool stepOf(std::size_t i, WeakMemory& memory, SteppedThread& thread) {
    const auto before = thread.answers.size();
    SteppedAccess::memory = &memory;
    SteppedAccess::thread = &thread;
    try {
      bodies_[i](WeakMemory::words());
    } catch (const Stop&) {
    } catch (const Race&) {
      fault_ = "bytes are touched by two threads in no order";
    }
    return thread.answers.size() > before;
  }

  static std::string keyOf(const WeakMemory& memory, const std::vector<SteppedThread>& threads) {
    std::string key = memory.key();
    for (const auto& thread : threads) {
      key += '|';
      for (const auto answer : thread.answers) key += std::to_string(answer) + ",";
      key.append(thread.known.begin(), thread.known.end());
    }
    return key;
  }

  const std::vector<Body> bodies_;
  std::function<std::string(WeakMemory&)> judge_;
  std::unordered_set<std::string> seen_;
  std::string fault_;
};

}  // namespace sluice::test
