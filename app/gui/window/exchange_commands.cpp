#include "app/gui/window/exchange_commands.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QSaveFile>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/inspector/head_fields.h"
#include "app/gui/text/format.h"
#include "core/base/limits.h"
#include "core/codec/content/content_decoder.h"
#include "core/har/curl_command.h"
#include "core/store/decoded_body.h"

namespace sluice::gui {
namespace {

constexpr std::size_t kCopiedUrlsMax = 10'000;     // a clipboard of a megabyte or so; more is an export
constexpr std::uint64_t kCurlBodyBytesMax = 128 * 1024;  // Linux takes no longer argument
constexpr std::size_t kCopiedCommandsMax = 100;
constexpr std::size_t kSavedBodiesMax = 1000;
constexpr std::uint64_t kSavedBytesMax = std::uint64_t(4) << 30;
constexpr std::size_t kReadBytes = 256 * 1024;

Result<std::string> curlFor(store::Reader& reader, ExchangeId id) {
  auto details = reader.exchange(id);
  if (!details) return fail(details.error());
  if (!*details) return fail(Side::Local, Code::NotFound, "this exchange is no longer in the history");
  auto body = reader.openBody(id, capture::Direction::Request);
  if (!body) return fail(body.error());
  std::string bytes(std::size_t(std::min(body->bytes(), kCurlBodyBytesMax)), '\0');
  const auto got = body->read(std::as_writable_bytes(std::span(bytes.data(), bytes.size())));
  if (!got) return fail(got.error());
  bytes.resize(*got);
  std::string command = har::curlCommand(**details, bytes);
  if (body->bytes() > kCurlBodyBytesMax) command += " # its body is longer and was cut";
  return command;
}

// Gives what was written.
Result<std::uint64_t> writeBody(store::Reader& reader, ExchangeId id, const QString& path) {
  auto details = reader.exchange(id);
  if (!details) return fail(details.error());
  auto body = reader.openBody(id, capture::Direction::Response);
  if (!body) return fail(body.error());
  const auto head = *details ? store::decodingHead(**details, capture::Direction::Response) : std::string_view();
  const auto codings = content::parseContentEncoding(fieldValue(head, "Content-Encoding"));
  content::ContentDecoder decoder(codings ? *codings : std::vector<content::Coding>(), kSavedBytesMax);
  QSaveFile file(path);
  const auto problem = [&] {
    return fail(Side::Local, Code::System, (path + QStringLiteral(": ") + file.errorString()).toStdString());
  };
  if (!file.open(QIODevice::WriteOnly)) return problem();
  std::uint64_t written = 0;
  std::vector<std::byte> piece(kReadBytes);
  const auto write = [&](Bytes bytes) {
    written += bytes.size();
    const bool fine = file.write(reinterpret_cast<const char*>(bytes.data()), qint64(bytes.size())) == qint64(bytes.size());
    return fine ? content::Wish::More : content::Wish::Enough;
  };
  for (;;) {
    const auto got = body->read(piece);
    if (!got) return fail(got.error());
    if (*got == 0) break;
    const auto fed = decoder.feed(Bytes(piece).first(*got), write);
    if (!fed) return fail(fed.error());
    if (*fed == content::Wish::Enough) return problem();
  }
  if (!file.commit()) return problem();
  return written;
}

// A name for the file, from the URL's last part; nothing in it leads out of a folder.
QString suggestedName(const store::ExchangeRow& row) {
  const std::string path = row.path.substr(0, row.path.find_first_of("?#"));
  QString name = QString::fromStdString(path.substr(path.find_last_of('/') + 1)).left(100);
  for (QChar& c : name) {
    if (!c.isLetterOrNumber() && c != u'.' && c != u'-' && c != u'_') c = u'_';
  }
  while (name.startsWith(u'.')) name.remove(0, 1);
  return name.isEmpty() ? QStringLiteral("body") : name;
}

// One a line; what is no longer there is left out.
Result<std::string> curlForAll(store::Reader& reader, const std::vector<ExchangeId>& ids) {
  std::string all;
  for (const ExchangeId id : ids) {
    auto command = curlFor(reader, id);
    if (!command && (ids.size() == 1 || command.error().code != Code::NotFound)) return command;
    if (command) all += (all.empty() ? "" : "\n") + *command;
  }
  return all;
}

// Gives how many there were; those without a body are none.
Result<std::uint64_t> writeBodies(store::Reader& reader, const std::vector<ExchangeId>& ids, const QString& folder) {
  const auto rows = reader.rows(ids);
  if (!rows) return fail(rows.error());
  std::uint64_t files = 0;
  for (const auto& row : *rows) {
    if (row.response.capturedBytes == 0) continue;
    const QString name = QString::number(row.id.value) + u'-' + suggestedName(row);
    QString path = QDir(folder).filePath(name);
    for (int again = 2; QFile::exists(path); ++again) path = QDir(folder).filePath(QStringLiteral("%1-%2").arg(again).arg(name));
    if (auto written = writeBody(reader, row.id, path); !written) return written;
    ++files;
  }
  return files;
}

}  // namespace

ExchangeCommands::ExchangeCommands(History& history, ExchangeTable& table, QWidget* window)
    : QObject(window), history_(history), table_(table), window_(window) {}

void ExchangeCommands::copyUrls() {
  auto ids = table_.selectedIds(kCopiedUrlsMax);
  if (ids.empty()) return;
  history_.ask(
      this, [ids = std::move(ids)](store::Reader& reader) { return reader.rows(ids); },
      [this](Result<std::vector<store::ExchangeRow>> rows) {
        if (!rows) return emit said(errorText(rows.error()));
        QStringList urls;
        for (const auto& row : *rows) urls << urlText(row);
        QGuiApplication::clipboard()->setText(urls.join(u'\n'));
        emit said(urls.size() == 1 ? tr("URL copied") : tr("%L1 URLs copied").arg(urls.size()));
      });
}

void ExchangeCommands::copyCurl() {
  auto ids = table_.selectedIds(kCopiedCommandsMax);
  if (ids.empty()) return;
  const auto count = qsizetype(ids.size());
  history_.ask(
      this, [ids = std::move(ids)](store::Reader& reader) { return curlForAll(reader, ids); },
      [this, count](Result<std::string> commands) {
        if (!commands) return emit said(errorText(commands.error()));
        QGuiApplication::clipboard()->setText(QString::fromUtf8(commands->data(), qsizetype(commands->size())));
        emit said(count == 1 ? tr("curl command copied") : tr("%L1 curl commands copied").arg(count));
      });
}

void ExchangeCommands::saveBody() {
  if (table_.selectedCount() > 1) return saveBodies();
  const ExchangeId id = table_.currentId();
  if (!id) return;
  history_.ask(
      this, [id](store::Reader& reader) { return reader.rows(std::span(&id, 1)); },
      [this, id](Result<std::vector<store::ExchangeRow>> rows) {
        if (!rows) return emit said(errorText(rows.error()));
        if (rows->empty()) return emit said(tr("This exchange is no longer in the history"));
        if (rows->front().response.capturedBytes == 0) return emit said(tr("Nothing of this body was recorded"));
        const QString path = QFileDialog::getSaveFileName(window_, tr("Save response body"), suggestedName(rows->front()));
        if (!path.isEmpty()) saveBodyTo(id, path);
      });
}

void ExchangeCommands::saveBodies() {
  const auto ids = table_.selectedIds(kSavedBodiesMax + 1);
  if (ids.size() > kSavedBodiesMax) return emit said(tr("At most %L1 bodies at once").arg(kSavedBodiesMax));
  const QString folder = QFileDialog::getExistingDirectory(window_, tr("Save response bodies"));
  if (!folder.isEmpty()) saveBodiesTo(ids, folder);
}

void ExchangeCommands::saveBodiesTo(const std::vector<ExchangeId>& ids, const QString& folder) {
  history_.ask(
      this, [ids, folder](store::Reader& reader) { return writeBodies(reader, ids, folder); },
      [this, folder](Result<std::uint64_t> files) {
        if (!files) return emit said(errorText(files.error()));
        emit said(tr("%L1 bodies written to %2").arg(*files).arg(folder));
      });
}

void ExchangeCommands::saveBodyTo(ExchangeId id, const QString& path) {
  history_.ask(
      this, [id, path](store::Reader& reader) { return writeBody(reader, id, path); },
      [this, path](Result<std::uint64_t> written) {
        if (!written) return emit said(errorText(written.error()));
        emit said(tr("%1 written to %2").arg(formatBytes(*written), path));
      });
}

QUrl ExchangeCommands::browserUrl(const std::string& url) {
  const QUrl parsed(QString::fromUtf8(url.data(), qsizetype(url.size())), QUrl::StrictMode);
  const bool web = parsed.scheme() == QLatin1String("http") || parsed.scheme() == QLatin1String("https");
  return parsed.isValid() && web && !parsed.host().isEmpty() ? parsed : QUrl();
}

void ExchangeCommands::openUrl() {
  const ExchangeId id = table_.currentId();
  if (!id) return;
  history_.ask(
      this, [id](store::Reader& reader) { return reader.rows(std::span(&id, 1)); },
      [this](Result<std::vector<store::ExchangeRow>> rows) {
        if (!rows) return emit said(errorText(rows.error()));
        if (rows->empty()) return emit said(tr("This exchange is no longer in the history"));
        const QUrl url = browserUrl(rows->front().url);
        if (!url.isValid()) return emit said(tr("This is no address for a browser"));
        if (!QDesktopServices::openUrl(url)) emit said(tr("No browser could be started"));
      });
}

}  // namespace sluice::gui
