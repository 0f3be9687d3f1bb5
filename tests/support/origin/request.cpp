#include "tests/support/origin/request.h"

#include <cstdlib>
#include <string_view>

namespace sluice::test {
namespace {

std::string percentDecoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += char(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

void parseTarget(std::string target, Request& request) {
  // An absolute form arrives when a client takes this origin for a proxy.
  if (const auto scheme = target.find("://"); scheme != target.npos && target[0] != '/') {
    const auto slash = target.find('/', scheme + 3);
    target = slash == target.npos ? "/" : target.substr(slash);
  }
  const auto mark = target.find('?');
  request.path = percentDecoded(target.substr(0, mark));
  while (mark != target.npos) {
    const auto start = target.find_first_of("?&");
    if (start == target.npos) return;
    target.erase(0, start + 1);
    const auto pair = target.substr(0, target.find('&'));
    const auto equals = pair.find('=');
    const auto value = equals == pair.npos ? "" : pair.substr(equals + 1);
    request.query[percentDecoded(pair.substr(0, equals))] = percentDecoded(value);
  }
}

}  // namespace

std::string Request::text(const std::string& name, const std::string& otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : found->second;
}

std::uint64_t Request::number(const std::string& name, std::uint64_t otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : std::strtoull(found->second.c_str(), nullptr, 10);
}

std::optional<Request> readRequest(Input& input) {
  auto head = readHead(input);
  if (!head) return std::nullopt;
  const auto& line = head->startLine;
  const auto space = line.find(' ');
  if (space == line.npos) return std::nullopt;
  Request request;
  request.method = line.substr(0, space);
  parseTarget(line.substr(space + 1, line.rfind(' ') - space - 1), request);
  request.head = std::move(*head);
  return request;
}

}  // namespace sluice::test
