// A sink that keeps what is recorded. Any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "core/capture/records.h"
#include "tests/support/eventually.h"

namespace sluice::test {

class Kept final : public capture::Sink {
 public:
  // As a recorder that is too far behind.
  std::atomic<bool> refusesExchanges = false;

  bool record(capture::Record record) override {
    if (refusesExchanges && (std::holds_alternative<capture::ConnectionOpened>(record) ||
                             std::holds_alternative<capture::ExchangeStarted>(record))) {
      return false;
    }
    const std::lock_guard lock(mutex_);
    records_.push_back(std::move(record));
    return true;
  }

  std::vector<capture::Record> records() {
    const std::lock_guard lock(mutex_);
    return records_;
  }

  template <class T>
  std::vector<T> all() {
    const std::lock_guard lock(mutex_);
    std::vector<T> found;
    for (const auto& record : records_) {
      if (const auto* each = std::get_if<T>(&record)) found.push_back(*each);
    }
    return found;
  }

  // False at the deadline.
  template <class T>
  bool waitFor(std::size_t count) {
    return eventually([&] { return all<T>().size() >= count; });
  }

 private:
  std::mutex mutex_;
  std::vector<capture::Record> records_;
};

}  // namespace sluice::test
