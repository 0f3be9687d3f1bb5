#include "app/cli/history_commands.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/engine_client.h"
#include "app/cli/human.h"
#include "app/cli/json.h"
#include "app/cli/text.h"
#include "core/base/limits.h"
#include "core/har/curl_command.h"
#include "core/store/decoded_body.h"
#include "core/store/history_files.h"
#include "core/store/reader.h"
#include "core/store/session_file.h"

namespace sluice::cli {
namespace {

// Rows are read and written a page at a time, so that a long list costs no memory.
constexpr std::size_t kPageRows = 500;
constexpr std::size_t kBodyPieceBytes = 256 * limits::kKiB;
constexpr auto kSyncTimeout = std::chrono::seconds(2);

tl::unexpected<Error> noExchange(ExchangeId exchange) {
  return fail(Side::Local, Code::NotFound, "exchange " + std::to_string(exchange.value));
}

// The id at which a list of the newest `limit` rows begins, with the number of rows from there on; found from the end.
struct Start {
  ExchangeId first;
  std::size_t rows = 0;
};

Result<Start> startOfNewest(store::Reader& reader, std::size_t limit) {
  Start start{ExchangeId{std::numeric_limits<std::int64_t>::max()}, 0};
  while (start.rows < limit) {
    const auto page = reader.before(start.first, std::min(kPageRows, limit - start.rows));
    if (!page) return fail(page.error());
    if (page->empty()) break;
    start.first = page->front().id;
    start.rows += page->size();
  }
  return start;
}

// Calls `use` with the newest `limit` rows, the newest last, a page at a time.
template <class Use>
Result<void> forEachPage(store::Reader& reader, std::size_t limit, const Use& use) {
  const auto start = startOfNewest(reader, limit);
  if (!start) return fail(start.error());
  auto next = start->first;
  for (auto left = start->rows; left > 0;) {
    const auto page = reader.from(next, std::min(kPageRows, left));
    if (!page) return fail(page.error());
    if (page->empty()) break;
    if (auto used = use(*page); !used) return used;
    next = ExchangeId{page->back().id.value + 1};
    left -= page->size();
  }
  return {};
}

Result<void> listAsJson(store::Reader& reader, std::size_t limit, Output& output) {
  std::string separator = "[\n";
  const auto written = forEachPage(reader, limit, [&](const std::vector<store::ExchangeRow>& page) {
    std::string text;
    for (const auto& row : page) {
      text += std::exchange(separator, ",\n") + line(toJson(row));
    }
    return output.writeText(text);
  });
  if (!written) return written;
  return output.writeText(separator == "[\n" ? "[]\n" : "\n]\n");
}

Result<void> listAsTable(store::Reader& reader, std::size_t limit, Output& output) {
  if (limit > kPageRows) {
    // Too many rows to hold and align: a table for each page.
    return forEachPage(reader, limit, [&](const std::vector<store::ExchangeRow>& page) {
      return output.writeText(describe(page));
    });
  }
  const auto rows = reader.newest(limit);
  if (!rows) return fail(rows.error());
  return output.writeText(describe(*rows));
}

// What of `text` is whole characters, so that a character is not cut where one piece ends.
std::size_t wholeCharacters(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte >= 0xc0) return utf8Length(text.substr(text.size() - back)) == 0 ? text.size() - back : text.size();
  }
  return text.size();
}

Result<void> copyAsVisibleText(store::BodyReader& body, Output& output) {
  std::vector<std::byte> piece(kBodyPieceBytes);
  std::string text;
  for (;;) {
    const auto count = body.read(piece);
    if (!count) return fail(count.error());
    text += asText(Bytes(piece).first(*count));
    const auto whole = *count == 0 ? text.size() : wholeCharacters(text);
    if (auto written = output.writeText(visibleText(std::string_view(text).substr(0, whole))); !written) return written;
    text.erase(0, whole);
    if (*count == 0) return {};
  }
}

Result<void> copy(store::BodyReader& body, Output& output) {
  std::vector<std::byte> piece(kBodyPieceBytes);
  for (;;) {
    const auto count = body.read(piece);
    if (!count) return fail(count.error());
    if (*count == 0) return {};
    if (auto written = output.write(Bytes(piece).first(*count)); !written) return written;
  }
}

// What a client has seen complete shall be there. An engine that is too old for that question, or busy, must not keep anybody from looking.
void syncWithEngine(const std::filesystem::path& dataDir) {
  auto client = EngineClient::connect(dataDir, kSyncTimeout);
  if (client) (void)client->request(control::SyncHistory());
}

}  // namespace

Result<store::Reader> openHistory(const std::filesystem::path& dataDir, const std::filesystem::path& session) {
  if (!session.empty()) return store::Reader::openSession(session);
  syncWithEngine(dataDir);
  auto reader = store::Reader::open(dataDir);
  std::error_code ignored;  // one that an engine is to bring up to date first is there
  if (reader || reader.error().code != Code::NotFound || std::filesystem::exists(store::historyFile(dataDir), ignored)) return reader;
  return fail(Side::Local, Code::NotFound, "no history in " + dataDir.string() + ": no engine has recorded there yet");
}

Result<void> list(const ListCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  auto reader = openHistory(dataDir, command.session);
  if (!reader) return fail(reader.error());
  if (auto shown = reader->show(command.filter); !shown) return shown;
  return format == Format::Json ? listAsJson(*reader, command.limit, output) : listAsTable(*reader, command.limit, output);
}

namespace {

Result<void> showAsCurl(store::Reader& reader, const store::ExchangeDetails& details, Output& output) {
  auto opened = reader.openBody(details.row.id, capture::Direction::Request);
  if (!opened) return fail(opened.error());
  if (opened->bytes() > limits::kCurlBodyBytesMax) {
    const std::string id = std::to_string(details.row.id.value);
    return fail(Side::Local, Code::BadArgument,
                "the request of exchange " + id + " has a body of " + grouped(opened->bytes()) +
                    " bytes, and a command holds 64 MiB at most: write it to a file with \"body " + id + " --request\" and send that");
  }
  std::string body;
  const auto read = decodeBody(*opened, {}, limits::kCurlBodyBytesMax, [&](Bytes bytes) -> Result<void> {
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  });
  if (!read) return read;
  const auto command = har::curlCommand(details, body);
  return output.writeText(output.isTerminal() ? visibleText(command) : command);
}

Result<void> showRaw(store::Reader& reader, const store::ExchangeDetails& details, capture::Direction direction, Output& output) {
  const auto& head = direction == capture::Direction::Request ? details.requestHead : details.responseHead;
  auto body = reader.openBody(details.row.id, direction);
  if (!body) return fail(body.error());
  if (auto written = output.writeText(output.isTerminal() ? visibleText(head) : head); !written) return written;
  return output.isTerminal() ? copyAsVisibleText(*body, output) : copy(*body, output);
}

// The whole of a small body, or as much as could be decoded of it.
Result<void> copyDecoded(store::Reader& reader, const BodyCommand& command, store::BodyReader& body, Output& output) {
  const auto details = reader.exchange(command.exchange);
  if (!details) return fail(details.error());
  if (!*details) return noExchange(command.exchange);
  const std::string_view head = decodingHead(**details, command.direction);
  const bool terminal = output.isTerminal();
  return decodeBody(body, head, limits::kExportedBodyBytesMax,
                    [&](Bytes bytes) { return terminal ? output.writeText(visibleText(asText(bytes))) : output.write(bytes); });
}

// Of one exchange, at most as many as a person or a script looks through; fewer where they are large.
constexpr std::size_t kShownMessagesMax = 1000;

Result<bool> hasMore(store::Reader& reader, ExchangeId exchange, const std::vector<store::MessageRow>& messages) {
  if (messages.empty()) return false;
  const auto next = reader.messages(exchange, messages.back().id, 1);
  if (!next) return fail(next.error());
  return !next->empty();
}

std::optional<std::uint64_t> decodedSize(store::Reader& reader, const store::ExchangeDetails& details, capture::Direction direction) {
  const std::string_view head = decodingHead(details, direction);
  const auto& totals = direction == capture::Direction::Request ? details.row.request : details.row.response;
  std::string names(head);
  std::transform(names.begin(), names.end(), names.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (names.find("\ncontent-encoding:") == std::string::npos || totals.capturedBytes < totals.bytes) return std::nullopt;
  auto body = reader.openBody(details.row.id, direction);
  if (!body) return std::nullopt;
  std::uint64_t size = 0;
  const auto read = decodeBody(*body, head, limits::kExportedBodyBytesMax, [&](Bytes bytes) -> Result<void> {
    size += bytes.size();
    return {};
  });
  return read ? std::optional(size) : std::nullopt;
}

Result<void> showAsJson(const store::ExchangeDetails& details, const DecodedSizes& decoded,
                        const std::vector<store::MessageRow>& messages, Output& output) {
  auto object = toJson(details);
  if (decoded.request) object["requestBody"]["decodedBytes"] = *decoded.request;
  if (decoded.response) object["responseBody"]["decodedBytes"] = *decoded.response;
  auto& array = object["messages"] = nlohmann::ordered_json::array();
  for (const auto& message : messages) array.push_back(toJson(message));
  return output.writeText(pretty(object) + '\n');
}

Result<void> showAsText(const store::ExchangeDetails& details, const DecodedSizes& decoded,
                        const std::vector<store::MessageRow>& messages, bool more, Output& output) {
  auto text = describe(details, decoded);
  if (!messages.empty()) text += "\nMessages\n" + describe(messages, details.row.startedAt);
  if (more) text += "(the first " + grouped(messages.size()) + ")\n";
  return output.writeText(text);
}

}  // namespace

Result<void> show(const ShowCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  auto reader = openHistory(dataDir, command.session);
  if (!reader) return fail(reader.error());
  const auto details = reader->exchange(command.exchange);
  if (!details) return fail(details.error());
  if (!*details) return noExchange(command.exchange);
  if (command.raw) return showRaw(*reader, **details, *command.raw, output);
  if (command.curl) return showAsCurl(*reader, **details, output);
  const auto messages = reader->messages(command.exchange, 0, kShownMessagesMax);
  if (!messages) return fail(messages.error());
  const auto more = hasMore(*reader, command.exchange, *messages);
  if (!more) return fail(more.error());
  const DecodedSizes decoded{decodedSize(*reader, **details, capture::Direction::Request),
                             decodedSize(*reader, **details, capture::Direction::Response)};
  return format == Format::Json ? showAsJson(**details, decoded, *messages, output)
                                : showAsText(**details, decoded, *messages, *more, output);
}

Result<void> body(const BodyCommand& command, const std::filesystem::path& dataDir, Output& output) {
  auto reader = openHistory(dataDir, command.session);
  if (!reader) return fail(reader.error());
  auto body = reader->openBody(command.exchange, command.direction);
  if (!body) return fail(body.error());
  if (command.decoded) return copyDecoded(*reader, command, *body, output);
  return output.isTerminal() ? copyAsVisibleText(*body, output) : copy(*body, output);
}

Result<void> saveSession(const SaveSessionCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  if (auto history = openHistory(dataDir, {}); !history) return fail(history.error());
  const auto saved = store::saveSession(dataDir, command.filter, command.file);
  if (!saved) return fail(saved.error());
  if (format == Format::Json) return output.writeText("{\"saved\":" + std::to_string(saved->exchanges) + "}\n");
  std::string text = "saved " + grouped(saved->exchanges) + (saved->exchanges == 1 ? " exchange" : " exchanges");
  if (saved->left > 0) text += "; left out " + grouped(saved->left) + " that still run";
  return output.writeText(text + "\n");
}

}  // namespace sluice::cli
