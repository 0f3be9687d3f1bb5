#include "app/gui/window/exchange_commands.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QSaveFile>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/inspector/head_fields.h"
#include "app/gui/session/file_job.h"
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

// Whole, which rows of a list need not be. What is no longer in the history is left out.
Result<QStringList> urlsOf(store::Reader& reader, const std::vector<ExchangeId>& ids) {
  QStringList urls;
  for (const ExchangeId id : ids) {
    const auto details = reader.exchange(id);
    if (!details) return fail(details.error());
    if (*details) urls << urlText((*details)->row);
  }
  return urls;
}

struct Written {
  std::uint64_t files = 0, bytes = 0;
  std::uint64_t cut = 0;  // files whose bodies ended before their codings did
  QString why;            // the last of them, in the decoder's words
};

// Adds what it wrote to `written`. Of a body that is cut it writes what there is.
Result<void> writeBody(store::Reader& reader, ExchangeId id, const QString& path, Written& written, const FileJob::GoOn& goOn) {
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
  std::vector<std::byte> piece(kReadBytes);
  const auto write = [&](Bytes bytes) {
    written.bytes += bytes.size();
    const bool fine = file.write(reinterpret_cast<const char*>(bytes.data()), qint64(bytes.size())) == qint64(bytes.size());
    return fine ? content::Wish::More : content::Wish::Enough;
  };
  for (;;) {
    if (!goOn(written.bytes)) return fail(Side::Local, Code::Aborted, "it was stopped");
    const auto got = body->read(piece);
    if (!got) return fail(got.error());
    if (*got == 0) break;
    const auto fed = decoder.feed(Bytes(piece).first(*got), write);
    if (!fed) return fail(fed.error());
    if (*fed == content::Wish::Enough) return problem();
  }
  if (const auto whole = decoder.finish(); !whole) {
    ++written.cut;
    written.why = errorText(whole.error());
  }
  if (!file.commit()) return problem();
  ++written.files;
  return {};
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

// Those without a body are none.
Result<void> writeBodies(store::Reader& reader, const std::vector<ExchangeId>& ids, const QString& folder, Written& written,
                         const FileJob::GoOn& goOn) {
  const auto rows = reader.rows(ids);
  if (!rows) return fail(rows.error());
  for (const auto& row : *rows) {
    if (row.response.capturedBytes == 0) continue;
    const QString name = QString::number(row.id.value) + u'-' + suggestedName(row);
    QString path = QDir(folder).filePath(name);
    for (int again = 2; QFile::exists(path); ++again) path = QDir(folder).filePath(QStringLiteral("%1-%2").arg(again).arg(name));
    if (auto done = writeBody(reader, row.id, path, written, goOn); !done) return done;
  }
  return {};
}

}  // namespace

ExchangeCommands::ExchangeCommands(History& history, ExchangeTable& table, QWidget* window)
    : QObject(window), history_(history), table_(table), window_(window) {}

void ExchangeCommands::copyUrls() {
  auto ids = table_.selectedIds(kCopiedUrlsMax);
  if (ids.empty()) return;
  history_.ask(
      this, [ids = std::move(ids)](store::Reader& reader) { return urlsOf(reader, ids); },
      [this](const Result<QStringList>& urls) {
        if (!urls) return emit said(errorText(urls.error()));
        QGuiApplication::clipboard()->setText(urls->join(u'\n'));
        emit said(urls->size() == 1 ? tr("URL copied") : tr("%L1 URLs copied").arg(urls->size()));
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
  const auto work = [this, opener = history_.opener(), ids, folder](const FileJob::GoOn& goOn) -> std::function<void()> {
    Written written;
    auto reader = opener();
    const auto done = reader ? writeBodies(*reader, ids, folder, written, goOn) : Result<void>(fail(reader.error()));
    return [this, folder, written, done] {
      const QString amount = tr("%L1 bodies written to %2").arg(written.files).arg(folder);
      if (!done && done.error().code == Code::Aborted) return emit said(tr("Stopped: %1").arg(amount));
      if (!done) return emit said(errorText(done.error()));
      emit said(written.cut == 0 ? amount : tr("%1; %L2 of them are not whole: %3").arg(amount).arg(written.cut).arg(written.why));
    };
  };
  new FileJob(window_, tr("Writing to %1").arg(folder), FileJob::Unit::Bytes, 0, work);
}

void ExchangeCommands::saveBodyTo(ExchangeId id, const QString& path) {
  const auto work = [this, opener = history_.opener(), id, path](const FileJob::GoOn& goOn) -> std::function<void()> {
    Written written;
    auto reader = opener();
    const auto done = reader ? writeBody(*reader, id, path, written, goOn) : Result<void>(fail(reader.error()));
    return [this, path, written, done] {
      if (!done && done.error().code == Code::Aborted) return emit said(tr("Nothing was saved"));
      if (!done) return emit said(errorText(done.error()));
      const QString amount = tr("%1 written to %2").arg(formatBytes(written.bytes), path);
      emit said(written.cut == 0 ? amount : tr("%1; the body is not whole: %2").arg(amount, written.why));
    };
  };
  new FileJob(window_, tr("Writing to %1").arg(path), FileJob::Unit::Bytes, 0, work);
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
      this, [id](store::Reader& reader) { return reader.exchange(id); },
      [this](const Result<std::optional<store::ExchangeDetails>>& details) {
        if (!details) return emit said(errorText(details.error()));
        if (!*details) return emit said(tr("This exchange is no longer in the history"));
        const QUrl url = browserUrl((*details)->row.url);
        if (!url.isValid()) return emit said(tr("This is no address for a browser"));
        if (!QDesktopServices::openUrl(url)) emit said(tr("No browser could be started"));
      });
}

}  // namespace sluice::gui
