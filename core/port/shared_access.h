// How words in shared memory are touched: always atomically, in one place, so that a test can put a scheduler in
// between. Every change is a read-modify-write or a release, every look an acquire. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice::port {

struct DirectAccess {
  template <class T>
  static T load(T& word) {
    return std::atomic_ref<T>(word).load(std::memory_order_acquire);
  }
  template <class T>
  static void store(T& word, T value) {
    std::atomic_ref<T>(word).store(value, std::memory_order_release);
  }
  template <class T>
  static T exchange(T& word, T value) {
    return std::atomic_ref<T>(word).exchange(value, std::memory_order_seq_cst);
  }
  template <class T>
  static bool compareExchange(T& word, T expected, T value) {
    return std::atomic_ref<T>(word).compare_exchange_strong(expected, value, std::memory_order_seq_cst);
  }
  template <class T>
  static T fetchOr(T& word, T bits) {
    return std::atomic_ref<T>(word).fetch_or(bits, std::memory_order_seq_cst);
  }
  template <class T>
  static T fetchAnd(T& word, T bits) {
    return std::atomic_ref<T>(word).fetch_and(bits, std::memory_order_seq_cst);
  }
  // Bytes whose owner is settled by the words around them.
  static void copy(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
};

// A word by which one side asks to be told of room: it raises the flag and looks once more before it waits; the other side makes
// room and then takes the flag. Both by a read-modify-write, which sees the newest value and hands on what was done before the one
// that it follows: so one of the two sees the other. A plain look at the flag, or none after raising it, may miss what is on its way.
template <class Access>
struct RoomFlag {
  static void raise(std::uint32_t& word) { Access::exchange(word, 1U); }
  // True: somebody waits, and is to be told.
  static bool take(std::uint32_t& word) { return Access::exchange(word, 0U) != 0; }
};

}  // namespace sluice::port
