#include "core/filter/fields.h"

#include <algorithm>
#include <array>

#include "core/base/annotation.h"

namespace sluice::filter {
namespace {

// Index: the number under which the history keeps it.
constexpr std::array<std::string_view, 4> kStates{"running", "complete", "failed", "cutoff"};
constexpr std::array<std::string_view, 2> kKinds{"http", "tunnel"};
constexpr std::array<std::string_view, 3> kSides{"local", "client", "upstream"};

constexpr FieldInfo kFields[] = {
    {Field::Url, "url", FieldType::Text, "the whole URL", {}},
    {Field::Host, "host", FieldType::Text, "host that was asked", {}},
    {Field::Path, "path", FieldType::Text, "path and query", {}},
    {Field::Method, "method", FieldType::Text, "request method", {}},
    {Field::Scheme, "scheme", FieldType::Text, "http or https", {}},
    {Field::Type, "type", FieldType::Text, "content type of the response", {}},
    {Field::Error, "error", FieldType::Text, "what went wrong, in words", {}},
    {Field::Client, "client", FieldType::Text, "address of the client", {}},
    {Field::Program, "program", FieldType::Text, "path of the client's program", {}},
    {Field::Upstream, "upstream", FieldType::Text, "address that was connected to", {}},
    {Field::Header, "header", FieldType::Content, "a line of either head", {}},
    {Field::RequestHeader, "request.header", FieldType::Content, "a line of the request's head", {}},
    {Field::ResponseHeader, "response.header", FieldType::Content, "a line of the response's head", {}},
    {Field::Body, "body", FieldType::Content, "either body", {}},
    {Field::RequestBody, "request.body", FieldType::Content, "the request's body", {}},
    {Field::ResponseBody, "response.body", FieldType::Content, "the response's body", {}},
    {Field::Id, "id", FieldType::Number, "number of the exchange", {}},
    {Field::Status, "status", FieldType::Number, "status of the response", {}},
    {Field::Port, "port", FieldType::Number, "port that was asked", {}},
    {Field::Size, "size", FieldType::Bytes, "bytes of the response's body", {}},
    {Field::RequestSize, "request.size", FieldType::Bytes, "bytes of the request's body", {}},
    {Field::Duration, "duration", FieldType::Duration, "from the first byte to the end", {}},
    {Field::State, "state", FieldType::Choice, "running, complete, failed or cutoff", kStates},
    {Field::Kind, "kind", FieldType::Choice, "http or tunnel", kKinds},
    {Field::Side, "side", FieldType::Choice, "which side failed", kSides},
    {Field::Mark, "mark", FieldType::Choice, "colour it was marked with", kMarkNames},
    {Field::Comment, "comment", FieldType::Text, "what a person wrote about it", {}},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::span<const FieldInfo> fields() { return kFields; }

const FieldInfo& info(Field field) { return kFields[static_cast<std::size_t>(field)]; }

const FieldInfo* findField(std::string_view name) {
  const auto same = [&](const FieldInfo& each) {
    return std::equal(each.name.begin(), each.name.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == lower(b); });
  };
  const auto found = std::find_if(std::begin(kFields), std::end(kFields), same);
  return found == std::end(kFields) ? nullptr : found;
}

}  // namespace sluice::filter
