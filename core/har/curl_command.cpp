#include "core/har/curl_command.h"

#include <algorithm>
#include <span>

#include "core/har/har_text.h"
#include "core/store/raw_head.h"

namespace sluice::har {
namespace {

constexpr std::size_t kArgumentBytesMax = 100'000;  // Linux takes 128 KiB; printf is the shell's own, and takes any length

// Fields that curl makes of the URL and the body.
constexpr std::string_view kMadeByCurl[] = {"host", "content-length", "transfer-encoding", "proxy-connection"};
// Fields that curl adds when they are not given.
constexpr std::string_view kAddedByCurl[] = {"accept", "user-agent"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

// RFC 9110 5.6.2. What else is in a name that was recorded, curl could take for a file ("@name").
bool isToken(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOthers.find(c) != std::string_view::npos;
  });
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string option(std::string_view name, std::string_view value) {
  return " \\\n  " + std::string(name) + ' ' + shellWord(value);
}

// curl knows an empty field by a semicolon; with a colon it would leave the field out.
std::string field(const store::RawField& each) {
  const std::string name(each.name);
  return option("-H", each.value.empty() ? name + ';' : name + ": " + std::string(each.value));
}

std::string fields(const store::RawHead& head, bool hasBody) {
  std::string options;
  for (const auto& each : head.fields) {
    if (isToken(each.name) && !contains(kMadeByCurl, lower(each.name))) options += field(each);
  }
  for (const std::string_view name : kAddedByCurl) {
    if (store::valueOf(head, name).empty()) options += option("-H", std::string(name) + ':');
  }
  if (hasBody && store::valueOf(head, "content-type").empty()) options += option("-H", "Content-Type:");
  if (!store::valueOf(head, "accept-encoding").empty()) options += " \\\n  --compressed";
  return options;
}

}  // namespace

std::string shellWord(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') word += "'\\''";
    else if (c != '\0') word += c;
  }
  return word + "'";
}

std::string curlCommand(const store::ExchangeDetails& exchange, std::string_view body) {
  const auto& row = exchange.row;
  // Bytes that no argument can hold, or that a terminal would garble, go through a pipe, and so does what is too long for one.
  const bool asText = body.find('\0') == std::string_view::npos && isUtf8(body);
  const bool asArgument = asText && body.size() <= kArgumentBytesMax;
  std::string command;
  if (asText && !asArgument) command = "printf %s " + shellWord(body) + " | ";
  if (!asText) {
    Base64 base64;
    const std::string encoded = base64.feed(body);
    command = "printf %s " + shellWord(encoded + base64.finish()) + " | base64 -d | ";
  }
  command += "curl --globoff --path-as-is --url " + shellWord(row.url);
  if (row.method == "HEAD") command += " \\\n  --head";
  else if (row.method != (body.empty() ? "GET" : "POST")) command += option("-X", row.method);
  command += fields(store::readRawHead(exchange.requestHead), !body.empty());
  if (!body.empty()) command += asArgument ? option("--data-raw", body) : " \\\n  --data-binary @-";
  return command + '\n';
}

}  // namespace sluice::har
