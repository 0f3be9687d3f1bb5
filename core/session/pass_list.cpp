#include "core/session/pass_list.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/codec/http1/chars.h"

namespace sluice::session {
namespace {

constexpr std::string_view kPasses = "on";
constexpr std::string_view kDoesNot = "off";

std::string lowered(std::string_view text) {
  std::string out;
  for (const char c : text) out += http1::lower(c);
  return out;
}

bool contains(const std::vector<std::string>& sorted, const std::string& host) {
  return std::binary_search(sorted.begin(), sorted.end(), host);
}

// Names, addresses, stars and a port; nothing that a line of a list or a URL would not take.
Result<void> checkHost(std::string_view host) {
  const auto odd = [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code <= 0x20 || code >= 0x7f || std::string_view("/\\@?#,;\"'").find(c) != std::string_view::npos;
  };
  const bool isOdd = host.empty() || std::any_of(host.begin(), host.end(), odd);
  if (!isOdd && host.size() <= limits::kPassThroughHostBytesMax) return {};
  return fail(Side::Local, Code::BadArgument,
              "'" + std::string(host.substr(0, limits::kPassThroughHostBytesMax)) +
                  "' is no host; expected example.com, *.example.com, host:8443 or [::1]:8443");
}

Error unreadable(std::string_view host) {
  return {Code::BadArgument, Side::Local, 0,
          "what is kept of '" + std::string(host.substr(0, limits::kPassThroughHostBytesMax)) + "' is neither on nor off"};
}

}  // namespace

std::string PassList::key(std::string_view host) { return std::string(kKeyPrefix) + lowered(host); }

Result<PassList> PassList::create(const std::vector<std::string>& startedWith) {
  PassList list;
  for (const auto& host : startedWith) {
    if (auto valid = checkHost(host); !valid) return fail(std::move(valid.error()));
    list.startedWith_.push_back(lowered(host));
  }
  auto& all = list.startedWith_;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  list.hosts_ = all;
  return list;
}

Result<void> PassList::check(std::string_view host, bool passes) const {
  if (auto valid = checkHost(host); !valid) return valid;
  const bool there = contains(hosts_, lowered(host));
  if (!passes && !there) {
    return fail(Side::Local, Code::NotFound, "'" + std::string(host) + "' is not on the list of hosts that pass through");
  }
  if (passes && !there && hosts_.size() >= limits::kPassThroughHostsMax) {
    return fail(Side::Local, Code::BadArgument,
                "there are " + std::to_string(hosts_.size()) + " hosts that pass through, which is the limit; remove one, or use a star");
  }
  return {};
}

std::optional<std::string> PassList::toKeep(std::string_view host, bool passes) const {
  if (contains(startedWith_, lowered(host)) == passes) return std::nullopt;
  return std::string(passes ? kPasses : kDoesNot);
}

void PassList::set(std::string_view host, bool passes) {
  const auto name = lowered(host);
  const auto at = std::lower_bound(hosts_.begin(), hosts_.end(), name);
  const bool there = at != hosts_.end() && *at == name;
  if (passes && !there) hosts_.insert(at, name);
  if (!passes && there) hosts_.erase(at);
}

Result<void> PassList::restore(std::string_view key, std::string_view value) {
  if (!key.starts_with(kKeyPrefix)) return {};
  const auto host = key.substr(kKeyPrefix.size());
  const bool passes = value == kPasses;
  const auto allowed = passes || value == kDoesNot ? check(host, passes) : fail(unreadable(host));
  if (!allowed) return allowed.error().code == Code::NotFound ? Result<void>() : allowed;
  set(host, passes);
  return {};
}

}  // namespace sluice::session
