#include "core/store/source_count.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::store {
namespace {

using Counts = std::unordered_map<std::string, std::uint64_t>;

constexpr std::size_t kRowsALook = 256;  // at the clock

// Names of hosts mean the same in either case (RFC 3986, section 3.2.2).
void assignInSmallLetters(std::string& to, std::string_view host) {
  to.assign(host);
  for (char& c : to) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

std::vector<Source> list(const Counts& counts) {
  std::vector<Source> all;
  all.reserve(counts.size());
  for (const auto& [name, exchanges] : counts) all.push_back({name, exchanges});
  return all;
}

}  // namespace

Result<SourceCount> SourceCount::create(SqlConnection& sql) {
  auto rows = sql.prepare(
      "SELECT exchange.id, host, ifnull(client_program, '') FROM exchange LEFT JOIN connection ON connection.id = exchange.connection"
      " WHERE exchange.id > ?1 AND exchange.id <= ?2 ORDER BY exchange.id");
  if (!rows) return fail(rows.error());
  return SourceCount(std::move(*rows));
}

Result<SourcesPage> SourceCount::page(ExchangeId after, ExchangeId upTo, Time until) {
  Counts hosts, programs;
  std::string host, program;
  std::size_t seen = 0;
  SourcesPage page;
  page.upTo = after;
  rows_.bind(after, upTo);
  auto done = rows_.each([&] {
    page.upTo = ExchangeId{rows_.natural(0)};
    assignInSmallLetters(host, rows_.view(1));
    program.assign(rows_.view(2));
    ++hosts[host];
    ++programs[program];
    page.more = ++seen % kRowsALook == 0 && std::chrono::steady_clock::now() >= until;
    return !page.more;
  });
  if (!done) return fail(done.error());
  page.sources = {list(hosts), list(programs)};
  return page;
}

}  // namespace sluice::store
