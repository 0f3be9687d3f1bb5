// Walks a comma-separated field value (RFC 9110 section 5.6.1): `for (std::string_view token : TokenList(value))`.
// Members come without the white space around them; empty members are skipped; a comma inside a quoted string does
// not divide. Views of `value`. Any thread.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace sluice::http1 {

class TokenList {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    Iterator() = default;
    explicit Iterator(std::string_view rest) : rest_(rest), atEnd_(false) { ++*this; }

    std::string_view operator*() const { return token_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.atEnd_ == b.atEnd_ && (a.atEnd_ || a.token_.data() == b.token_.data());
    }

   private:
    std::string_view rest_;
    std::string_view token_;
    bool atEnd_ = true;
  };

  explicit TokenList(std::string_view value) : value_(value) {}
  Iterator begin() const { return Iterator(value_); }
  Iterator end() const { return {}; }

 private:
  std::string_view value_;
};

// Whether one member of the list is `token`, without regard to case.
bool containsToken(std::string_view value, std::string_view token);

}  // namespace sluice::http1
