#include "core/codec/http1/forward.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/http1/chars.h"
#include "core/codec/http1/token_list.h"

namespace sluice::http1 {
namespace {

// Fields for every recipient; naming them in Connection cannot remove them. Otherwise a client could strip what decides
// about framing, routing or access on the way (RFC 9110 section 7.6.1). Sorted.
// clang-format off
constexpr std::array<std::string_view, 28> kEndToEnd = {
    "accept", "accept-encoding", "age", "authorization", "cache-control", "content-disposition", "content-encoding",
    "content-language", "content-length", "content-location", "content-range", "content-type", "cookie", "date",
    "etag", "expect", "expires", "host", "last-modified", "location", "origin", "range", "referer", "set-cookie",
    "trailer", "transfer-encoding", "vary", "www-authenticate"};
// clang-format on

bool lessIgnoringCase(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return lower(x) < lower(y); });
}

bool isEndToEnd(std::string_view name) {
  return std::binary_search(kEndToEnd.begin(), kEndToEnd.end(), name, lessIgnoringCase);
}

constexpr std::string_view kTrailers = "trailers";

// What the Connection fields of a head say.
struct ConnectionSays {
  bool present = false;
  bool close = false;
  bool keepAlive = false;
  bool upgrade = false;
  bool te = false;
  std::vector<std::string_view> fields;  // other options, sorted: fields to remove. Empty in ordinary traffic

  explicit ConnectionSays(const Head& head);
  bool removes(std::string_view name) const {
    return std::binary_search(fields.begin(), fields.end(), name, lessIgnoringCase) && !isEndToEnd(name);
  }
};

ConnectionSays::ConnectionSays(const Head& head) {
  for (std::size_t i = 0; i < head.fieldCount(); ++i) {
    const Field field = head.field(i);
    if (field.id != FieldId::Connection) continue;
    present = true;
    for (const std::string_view option : TokenList(field.value)) {
      if (equalsIgnoringCase(option, "close")) {
        close = true;
      } else if (equalsIgnoringCase(option, "keep-alive")) {
        keepAlive = true;
      } else if (equalsIgnoringCase(option, "upgrade")) {
        upgrade = true;
      } else if (equalsIgnoringCase(option, "te")) {
        te = true;
      } else {
        fields.push_back(option);
      }
    }
  }
  std::sort(fields.begin(), fields.end(), lessIgnoringCase);
}

// Writes the fields of one head: runs of kept lines are copied whole.
class FieldWriter {
 public:
  FieldWriter(const Head& head, const ForwardOptions& options, std::string& out)
      : head_(head), options_(options), says_(head), out_(out) {
    keepsTe_ = options.te == TeField::KeepTrailers && head.hasToken(FieldId::Te, kTrailers);
  }

  // The target's authority takes the place of a Host that names something else.
  void replaceHost(const Authority& authority, std::uint16_t port) {
    host_ = &authority;
    hostPort_ = port;
  }
  void write();

 private:
  enum class Fate : std::uint8_t { Keep, Remove, Rewrite };

  Fate fateOf(const Field& field);
  Fate fateOfLength(const Field& field);
  Fate fateOfHost(const Field& field) const;
  Fate fateOfTe(const Field& field);
  bool connectionFits() const;
  void rewrite(const Field& field, std::string_view line);
  void appendConnection();

  const Head& head_;
  const ForwardOptions& options_;
  const ConnectionSays says_;
  std::string& out_;
  const Authority* host_ = nullptr;
  std::uint16_t hostPort_ = 0;
  bool lengthWritten_ = false;
  bool keepsTe_ = false;
  bool teWritten_ = false;
};

void FieldWriter::write() {
  std::string_view run;  // lines to keep that have not been copied yet
  for (std::size_t i = 0; i < head_.fieldCount(); ++i) {
    const Field field = head_.field(i);
    const std::string_view line = head_.fieldLine(i);
    const Fate fate = fateOf(field);
    if (fate == Fate::Keep) {
      run = run.empty() ? line : std::string_view(run.data(), run.size() + line.size());
      continue;
    }
    out_.append(run);
    run = {};
    if (fate == Fate::Rewrite) rewrite(field, line);
  }
  out_.append(run);
  if (!(says_.present && connectionFits())) appendConnection();
  out_.append("\r\n");
}

FieldWriter::Fate FieldWriter::fateOf(const Field& field) {
  switch (field.id) {
    case FieldId::Connection: return connectionFits() ? Fate::Keep : Fate::Remove;
    case FieldId::KeepAlive:
    case FieldId::ProxyConnection: return Fate::Remove;
    case FieldId::Te: return fateOfTe(field);
    case FieldId::ProxyAuthorization: return head_.role() == Role::Request ? Fate::Remove : Fate::Keep;
    case FieldId::Upgrade: return options_.upgrade == UpgradeField::Keep ? Fate::Keep : Fate::Remove;
    case FieldId::ContentLength: return fateOfLength(field);
    case FieldId::Host: return fateOfHost(field);
    case FieldId::ContentEncoding:
    case FieldId::ContentType:
    case FieldId::Expect:
    case FieldId::TransferEncoding: return Fate::Keep;
    case FieldId::Authorization:
    case FieldId::Other: return says_.removes(field.name) ? Fate::Remove : Fate::Keep;
  }
  return Fate::Keep;
}

// All values are the same text, or responseFraming() and requestFraming() had refused the head.
FieldWriter::Fate FieldWriter::fateOfLength(const Field& field) {
  if (lengthWritten_) return Fate::Remove;
  lengthWritten_ = true;
  return field.value.find(',') == std::string_view::npos ? Fate::Keep : Fate::Rewrite;
}

FieldWriter::Fate FieldWriter::fateOfHost(const Field& field) const {
  if (host_ == nullptr || field.value == host_->text) return Fate::Keep;
  const auto given = parseAuthority(field.value);
  if (!given || !equalsIgnoringCase(given->host, host_->host)) return Fate::Rewrite;
  return (given->port != 0 ? given->port : 80) == hostPort_ ? Fate::Keep : Fate::Rewrite;
}

// Transfer codings are accepted by us alone, and we accept none; trailers pass through to who asked for them.
FieldWriter::Fate FieldWriter::fateOfTe(const Field& field) {
  if (!keepsTe_ || std::exchange(teWritten_, true)) return Fate::Remove;
  return equalsIgnoringCase(field.value, kTrailers) ? Fate::Keep : Fate::Rewrite;
}

// Whether the Connection fields as received say what is to be said, no less and no more.
bool FieldWriter::connectionFits() const {
  if (!says_.fields.empty() || says_.te != keepsTe_) return false;
  if (says_.upgrade != (options_.upgrade == UpgradeField::Keep)) return false;
  switch (options_.connection) {
    case ConnectionField::Close: return says_.close && !says_.keepAlive;
    case ConnectionField::KeepAlive: return says_.keepAlive && !says_.close;
    case ConnectionField::Unsaid: return !says_.close && !(says_.keepAlive && head_.version().is10());
  }
  return false;
}

void FieldWriter::rewrite(const Field& field, std::string_view line) {
  const auto valueBegin = static_cast<std::size_t>(field.value.data() - line.data());
  out_.append(line.substr(0, valueBegin));
  if (field.id == FieldId::Host) {
    out_.append(host_->text);
  } else if (field.id == FieldId::Te) {
    out_.append(kTrailers);
  } else {
    out_.append(*TokenList(field.value).begin());
  }
  out_.append(line.substr(valueBegin + field.value.size()));
}

void FieldWriter::appendConnection() {
  std::string_view before = "Connection: ";
  const auto say = [&](std::string_view option) {
    out_.append(before).append(option);
    before = ", ";
  };
  switch (options_.connection) {
    case ConnectionField::Unsaid: break;
    case ConnectionField::Close: say("close"); break;
    case ConnectionField::KeepAlive: say("keep-alive"); break;
  }
  if (keepsTe_) say("TE");
  if (options_.upgrade == UpgradeField::Keep) say("Upgrade");
  if (before == ", ") out_.append("\r\n");
}

void appendVersion(const Head& head, std::string& out) {
  out.append(head.version().minor > 1 ? std::string_view("HTTP/1.1") : head.versionText());
}

void appendTarget(const Head& head, const Target& target, TargetForm form, std::string& out) {
  if (form == TargetForm::Absolute && target.form == Target::Form::Absolute) {
    out.append("http://").append(target.authority.text);
    // RFC 9112 section 3.2.4: what the last proxy makes "*" of has no path.
    if (head.method() != "OPTIONS" || !target.pathAndQuery.empty()) target.appendOriginForm(out);
  } else if (target.form != Target::Form::Absolute) {
    out.append(head.target());
  } else if (head.method() == "OPTIONS" && target.pathAndQuery.empty()) {
    out.push_back('*');  // RFC 9112 section 3.2.4
  } else {
    target.appendOriginForm(out);
  }
}

}  // namespace

void forwardRequestHead(const Head& head, const Target& target, const ForwardOptions& options, std::string& out) {
  out.append(head.method()).push_back(' ');
  appendTarget(head, target, options.target, out);
  out.push_back(' ');
  appendVersion(head, out);
  out.append("\r\n");
  if (!options.proxyAuthorization.empty()) {
    out.append("Proxy-Authorization: ").append(options.proxyAuthorization).append("\r\n");
  }
  FieldWriter fields(head, options, out);
  if (target.form == Target::Form::Absolute) {
    if (head.count(FieldId::Host) == 0) out.append("Host: ").append(target.authority.text).append("\r\n");
    fields.replaceHost(target.authority, target.port);
  }
  fields.write();
}

void forwardResponseHead(const Head& head, const ForwardOptions& options, std::string& out) {
  appendVersion(head, out);
  out.append(head.startLine().substr(head.versionText().size())).append("\r\n");
  FieldWriter(head, options, out).write();
}

}  // namespace sluice::http1
