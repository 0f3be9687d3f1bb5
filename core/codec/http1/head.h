// The head of one HTTP/1 message: the bytes exactly as they came, and where its parts lie in them. Filled by
// HeadParser. Offsets rather than pointers, so a Head can be moved and kept. Views stay valid until the Head is
// moved, reset or destroyed. Owned by one thread at a time. Limits: kHeadBytesMax, kHeaderCountMax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http1 {

enum class Role : std::uint8_t { Request, Response };

// The fields that a proxy itself has to understand; told apart once, while parsing.
enum class FieldId : std::uint8_t {
  Other,
  Authorization,
  Connection,
  ContentEncoding,
  ContentLength,
  ContentType,
  Expect,
  Host,
  KeepAlive,
  ProxyAuthorization,
  ProxyConnection,
  Te,
  TransferEncoding,
  Upgrade,
};

// Which field this name is, without regard to case.
FieldId fieldId(std::string_view name);

struct Field {
  std::string_view name;   // as received
  std::string_view value;  // as received, without the white space around it
  FieldId id = FieldId::Other;
};

struct Version {
  std::uint8_t major = 1;
  std::uint8_t minor = 1;

  bool is10() const { return major == 1 && minor == 0; }
  friend bool operator==(const Version&, const Version&) = default;
};

class Head {
 public:
  Role role() const { return role_; }

  // Start line, field lines and the empty line. Before the head is complete: what came so far.
  std::string_view raw() const { return raw_; }

  std::string_view startLine() const { return view(startLine_); }  // without its line end
  Version version() const { return version_; }                     // major is always 1
  std::string_view versionText() const { return view(versionText_); }

  std::string_view method() const { return view(method_); }  // requests
  std::string_view target() const { return view(target_); }  // requests
  int status() const { return status_; }                     // responses: 100 to 999
  std::string_view reason() const { return view(reason_); }  // responses; may be empty

  std::size_t fieldCount() const { return fields_.size(); }
  Field field(std::size_t index) const;                 // REQUIRES: index < fieldCount(). In order of arrival
  std::string_view fieldLine(std::size_t index) const;  // the whole line with its line end, part of raw()

  // The value of the first field of this name or id.
  std::optional<std::string_view> find(std::string_view name) const;
  std::optional<std::string_view> find(FieldId id) const;
  std::size_t count(FieldId id) const;

  // Whether any field with this id holds `token` as a member of its comma-separated list, without regard to case.
  bool hasToken(FieldId id, std::string_view token) const;

  // Value of Content-Type as received, empty when there is none.
  std::string_view contentType() const { return find(FieldId::ContentType).value_or(std::string_view{}); }

 private:
  friend class HeadParser;

  // Offsets in raw_.
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  struct FieldRange {
    Range name;
    Range value;
    FieldId id = FieldId::Other;
  };

  std::string_view view(Range range) const {
    return std::string_view(raw_).substr(range.begin, range.end - range.begin);
  }
  void clear();  // keeps the memory

  Role role_ = Role::Request;
  Version version_;
  int status_ = 0;
  Range startLine_, versionText_, method_, target_, reason_;
  std::string raw_;
  std::vector<FieldRange> fields_;
};

}  // namespace sluice::http1
