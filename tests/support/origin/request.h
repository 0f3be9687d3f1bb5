// One request as the origin sees it: a head whose target is taken apart. The connection's thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tests/support/wire/message.h"

namespace sluice::test {

struct Request {
  Head head;
  std::string method;
  std::string path;  // without the query, percent-decoded
  std::map<std::string, std::string> query;

  std::string text(const std::string& name, const std::string& otherwise) const;
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;
  bool has(const std::string& name) const { return query.count(name) != 0; }
};

std::optional<Request> readRequest(Input& input);

}  // namespace sluice::test
