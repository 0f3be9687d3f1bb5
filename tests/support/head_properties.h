// What must hold for any bytes fed to a HeadParser, and for any head that it accepts. Shared by the fuzz targets of
// heads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/assert.h"
#include "core/codec/http1/chars.h"
#include "core/codec/http1/forward.h"
#include "core/codec/http1/framing.h"
#include "core/codec/http1/head_parser.h"

namespace sluice::http1::fuzz {

struct Outcome {
  HeadParser parser;
  HeadParser::State state = HeadParser::State::NeedMore;
  std::size_t consumed = 0;
  Error error;

  bool isDone() const { return error.code == Code::None && state == HeadParser::State::Done; }
  const Head& head() const { return parser.head(); }
};

// `nextSize` gives the size of each fragment. A fragment is copied out, so that a sanitizer sees reads beyond it.
template <class NextSize>
Outcome feed(Role role, std::string_view text, NextSize nextSize) {
  Outcome outcome{HeadParser(role), {}, 0, {}};
  while (!text.empty() && outcome.state == HeadParser::State::NeedMore) {
    const std::vector<char> fragment(text.begin(), text.begin() + std::ptrdiff_t(std::min(nextSize(), text.size())));
    const auto fed = outcome.parser.feed(asBytes(std::string_view(fragment.data(), fragment.size())));
    if (!fed) {
      outcome.error = fed.error();
      break;
    }
    SLUICE_ASSERT(fed->consumed <= fragment.size());
    SLUICE_ASSERT(fed->state == HeadParser::State::Done || fed->consumed == fragment.size());
    outcome.state = fed->state;
    outcome.consumed += fed->consumed;
    text.remove_prefix(fed->consumed);
  }
  return outcome;
}

inline Outcome feedWhole(Role role, std::string_view text) {
  return feed(role, text, [text] { return text.size(); });
}

inline std::vector<std::pair<std::string, std::string>> fieldsOf(const Head& head) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t i = 0; i < head.fieldCount(); ++i) out.emplace_back(head.field(i).name, head.field(i).value);
  return out;
}

inline void checkSame(const Outcome& a, const Outcome& b) {
  SLUICE_ASSERT(a.error == b.error);
  SLUICE_ASSERT(a.parser.started() == b.parser.started());
  if (a.error.code != Code::None) {
    // What has come when a start line is refused depends on the fragments: it is told before its line has ended.
    SLUICE_ASSERT(a.head().raw().starts_with(b.head().raw()) || b.head().raw().starts_with(a.head().raw()));
    return;
  }
  SLUICE_ASSERT(a.head().raw() == b.head().raw());
  SLUICE_ASSERT(a.state == b.state && a.consumed == b.consumed);
  SLUICE_ASSERT(fieldsOf(a.head()) == fieldsOf(b.head()));
  SLUICE_ASSERT(a.head().method() == b.head().method() && a.head().target() == b.head().target());
  SLUICE_ASSERT(a.head().status() == b.head().status() && a.head().reason() == b.head().reason());
}

// How the bytes are cut does not change the outcome; cuts are random, but the same for the same bytes.
inline Outcome feedInEveryWay(Role role, std::string_view text) {
  Outcome whole = feedWhole(role, text);
  checkSame(whole, feed(role, text, [] { return std::size_t(1); }));
  std::minstd_rand random(static_cast<unsigned>(std::hash<std::string_view>{}(text)));
  for (const std::size_t sizeMax : {4u, 64u}) {
    checkSame(whole, feed(role, text, [&] { return 1 + random() % sizeMax; }));
  }
  return whole;
}

// The raw head is what was consumed, and its parts are where they are said to be and clean.
inline void checkHead(const Outcome& outcome, std::string_view text) {
  const Head& head = outcome.head();
  const std::size_t leading = outcome.parser.leadingBytes();
  SLUICE_ASSERT(head.raw() == text.substr(leading, outcome.consumed - leading));
  std::string rebuilt = std::string(head.startLine()) + "\r\n";
  for (std::size_t i = 0; i < head.fieldCount(); ++i) {
    const Field field = head.field(i);
    rebuilt.append(head.fieldLine(i));
    SLUICE_ASSERT(!field.name.empty() && skip(kToken, field.name) == field.name.size());
    SLUICE_ASSERT(skip(kFieldContent, field.value) == field.value.size());
    SLUICE_ASSERT(trim(field.value) == field.value && fieldId(field.name) == field.id);
    SLUICE_ASSERT(head.fieldLine(i).starts_with(std::string(field.name) + ":"));
  }
  SLUICE_ASSERT(rebuilt + "\r\n" == head.raw());
}

// The simplest reading of RFC 9110 section 7.6.1, written apart from the code under test.
inline bool mayBeRemoved(const Head& head, std::string_view name) {
  for (const char* hop : {"connection", "keep-alive", "proxy-connection", "te", "upgrade", "content-length"}) {
    if (equalsIgnoringCase(name, hop)) return true;
  }
  if (head.role() == Role::Request && equalsIgnoringCase(name, "proxy-authorization")) return true;
  return head.hasToken(FieldId::Connection, name);
}

// Every field of `after` stood in `before`, in the same order, but for a Host put first and a Connection put last; and
// what is missing may be removed.
inline void checkFields(const Head& before, const Head& after) {
  const bool hostWasAdded = before.count(FieldId::Host) == 0 && after.count(FieldId::Host) == 1;
  std::size_t next = hostWasAdded ? 1 : 0;
  for (std::size_t i = 0; i < before.fieldCount(); ++i) {
    const Field field = before.field(i);
    const bool isKept =
        next < after.fieldCount() && after.field(next).name == field.name &&
        (after.field(next).value == field.value || field.id == FieldId::Host || field.id == FieldId::ContentLength ||
         field.id == FieldId::Te);
    SLUICE_ASSERT(isKept || mayBeRemoved(before, field.name));
    if (isKept) ++next;
  }
  for (; next < after.fieldCount(); ++next) SLUICE_ASSERT(after.field(next).id == FieldId::Connection);
}

inline void checkTe(const Head& before, const Head& after, const ForwardOptions& options) {
  const bool keeps = options.te == TeField::KeepTrailers && before.hasToken(FieldId::Te, "trailers");
  SLUICE_ASSERT(after.count(FieldId::Te) == (keeps ? 1 : 0));
  SLUICE_ASSERT(after.hasToken(FieldId::Connection, "te") == keeps);
  if (keeps) SLUICE_ASSERT(equalsIgnoringCase(*after.find(FieldId::Te), "trailers"));
}

inline void checkConnection(const Head& after, const ForwardOptions& options) {
  for (const auto id : {FieldId::KeepAlive, FieldId::ProxyConnection}) SLUICE_ASSERT(after.count(id) == 0);
  SLUICE_ASSERT(after.role() == Role::Response || after.count(FieldId::ProxyAuthorization) == 0);
  SLUICE_ASSERT(options.upgrade == UpgradeField::Keep || after.count(FieldId::Upgrade) == 0);
  const bool saysClose = after.hasToken(FieldId::Connection, "close");
  SLUICE_ASSERT(saysClose == (options.connection == ConnectionField::Close));
  const bool saysKeepAlive = after.hasToken(FieldId::Connection, "keep-alive");
  SLUICE_ASSERT(saysKeepAlive || options.connection != ConnectionField::KeepAlive);
  SLUICE_ASSERT(after.hasToken(FieldId::Connection, "upgrade") == (options.upgrade == UpgradeField::Keep));
}

// `forward` writes a head as it goes on; `framing` judges one. The result is a good head again, means the same, and is
// sent on unchanged by the next proxy of the same kind.
template <class Forward, class Judge>
void checkForwardingWith(const ForwardOptions& options, const Head& head, Forward forward, Judge framing) {
  std::string once;
  forward(head, options, once);
  const Outcome after = feedWhole(head.role(), once);
  // A Connection field or a Host of ours can take a head at the very limit over it.
  if (after.error.code == Code::HeadTooLarge || after.error.code == Code::TooManyHeaders) return;
  SLUICE_ASSERT(after.isDone() && after.consumed == once.size() && after.parser.leadingBytes() == 0);
  checkConnection(after.head(), options);
  checkTe(head, after.head(), options);
  SLUICE_ASSERT(framing(after.head()) == framing(head));
  SLUICE_ASSERT(after.head().count(FieldId::ContentLength) <= 1);
  SLUICE_ASSERT(after.head().version().minor <= 1);
  std::string twice;
  forward(after.head(), options, twice);
  SLUICE_ASSERT(once == twice);
  checkFields(head, after.head());
}

template <class Forward, class Judge>
void checkForwarding(const Head& head, Forward forward, Judge framing) {
  for (const auto connection : {ConnectionField::Unsaid, ConnectionField::Close, ConnectionField::KeepAlive}) {
    for (const auto upgrade : {UpgradeField::Remove, UpgradeField::Keep}) {
      for (const auto te : {TeField::Remove, TeField::KeepTrailers}) {
        checkForwardingWith({connection, upgrade, te}, head, forward, framing);
      }
    }
  }
}

}  // namespace sluice::http1::fuzz
