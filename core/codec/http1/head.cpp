#include "core/codec/http1/head.h"

#include "core/base/assert.h"
#include "core/codec/http1/chars.h"
#include "core/codec/http1/token_list.h"

namespace sluice::http1 {
namespace {

FieldId whenNamed(std::string_view name, std::string_view wanted, FieldId id) {
  return equalsIgnoringCase(name, wanted) ? id : FieldId::Other;
}

}  // namespace

FieldId fieldId(std::string_view name) {
  // The length tells nearly all of them apart, so an unknown name costs at most two comparisons.
  switch (name.size()) {
    case 2: return whenNamed(name, "TE", FieldId::Te);
    case 4: return whenNamed(name, "Host", FieldId::Host);
    case 6: return whenNamed(name, "Expect", FieldId::Expect);
    case 7: return whenNamed(name, "Upgrade", FieldId::Upgrade);
    case 10:
      if (equalsIgnoringCase(name, "Connection")) return FieldId::Connection;
      return whenNamed(name, "Keep-Alive", FieldId::KeepAlive);
    case 12: return whenNamed(name, "Content-Type", FieldId::ContentType);
    case 13: return whenNamed(name, "Authorization", FieldId::Authorization);
    case 14: return whenNamed(name, "Content-Length", FieldId::ContentLength);
    case 16:
      if (equalsIgnoringCase(name, "Content-Encoding")) return FieldId::ContentEncoding;
      return whenNamed(name, "Proxy-Connection", FieldId::ProxyConnection);
    case 17: return whenNamed(name, "Transfer-Encoding", FieldId::TransferEncoding);
    case 19: return whenNamed(name, "Proxy-Authorization", FieldId::ProxyAuthorization);
    default: return FieldId::Other;
  }
}

Field Head::field(std::size_t index) const {
  SLUICE_ASSERT(index < fields_.size());
  const auto& range = fields_[index];
  return {view(range.name), view(range.value), range.id};
}

std::string_view Head::fieldLine(std::size_t index) const {
  SLUICE_ASSERT(index < fields_.size());
  const std::size_t begin = fields_[index].name.begin;
  const std::size_t end = index + 1 < fields_.size() ? fields_[index + 1].name.begin : raw_.find('\n', begin) + 1;
  return std::string_view(raw_).substr(begin, end - begin);
}

std::optional<std::string_view> Head::find(std::string_view name) const {
  for (const auto& range : fields_) {
    if (equalsIgnoringCase(view(range.name), name)) return view(range.value);
  }
  return std::nullopt;
}

std::optional<std::string_view> Head::find(FieldId id) const {
  for (const auto& range : fields_) {
    if (range.id == id) return view(range.value);
  }
  return std::nullopt;
}

std::size_t Head::count(FieldId id) const {
  std::size_t found = 0;
  for (const auto& range : fields_) found += range.id == id ? 1 : 0;
  return found;
}

bool Head::hasToken(FieldId id, std::string_view token) const {
  for (const auto& range : fields_) {
    if (range.id == id && containsToken(view(range.value), token)) return true;
  }
  return false;
}

void Head::clear() {
  version_ = {};
  status_ = 0;
  startLine_ = versionText_ = method_ = target_ = reason_ = {};
  raw_.clear();
  fields_.clear();
}

}  // namespace sluice::http1
