#include "app/gui/session/session_files.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <utility>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/session/file_job.h"
#include "app/gui/session/session_window.h"
#include "app/gui/text/visible_text.h"
#include "core/har/har_files.h"
#include "core/store/history_files.h"
#include "core/store/session_file.h"

namespace sluice::gui {
namespace {

constexpr auto kAnswerPoll = std::chrono::milliseconds(20);
constexpr std::uint64_t kSameAsBefore = 0;  // of progress

std::filesystem::path pathOf(const QString& file) { return std::filesystem::path(file.toStdU16String()); }

QString nameOf(const QString& file) { return visibleLine(QFileInfo(file).fileName().toStdString()); }

// A session is a database; a HAR is JSON, which begins with a brace, perhaps behind a mark of byte order or white space.
bool isSession(const QString& file) {
  QFile opened(file);
  return opened.open(QIODevice::ReadOnly) && opened.read(15) == "SQLite format 3";
}

// What a job asks of its link. All but the answer is the GUI thread's.
struct Question {
  std::promise<QString> answer;
  std::atomic<bool> dropped = false;
  bool asked = false;

  void take(const QString& problem) { answer.set_value(problem); }
};

void ask(EngineLink& link, const std::shared_ptr<Question>& question, const std::string& piece) {
  if (question->dropped || std::exchange(question->asked, true)) return;
  const auto take = [question](const QString& problem) { question->take(problem); };
  if (!link.isAttached()) take(SessionFiles::tr("no engine is running"));
  else if (piece.empty()) link.syncHistory(take);
  else link.importRecords(piece, take);
}

// On the job's thread: asks the link on its own and waits for the answer. An empty piece waits until the history has all.
Result<void> give(EngineLink& link, std::string piece, const FileJob::GoOn& goOn) {
  const auto question = std::make_shared<Question>();
  auto answered = question->answer.get_future();
  QMetaObject::invokeMethod(
      &link,
      [&link, question, piece = std::move(piece)] {
        if (!link.isConnecting()) return ask(link, question, piece);
        const auto settled = [&link, question, piece] { ask(link, question, piece); };
        QObject::connect(&link, &EngineLink::attached, &link, settled, Qt::SingleShotConnection);
        QObject::connect(&link, &EngineLink::lost, &link, settled, Qt::SingleShotConnection);
      },
      Qt::QueuedConnection);
  while (answered.wait_for(kAnswerPoll) != std::future_status::ready) {
    if (goOn(kSameAsBefore)) continue;
    question->dropped = true;
    return fail(Side::Local, Code::Aborted, "it was stopped");
  }
  const QString problem = answered.get();
  return problem.isEmpty() ? Result<void>() : fail(Side::Local, Code::System, problem.toStdString());
}

// Where to write to; empty: nowhere. The dialog puts the suffix behind a name that has none, so that it asks about the file that would be
// replaced.
QString askWhere(QWidget* window, const QString& title, const QString& suffix, const QString& kind) {
  QFileDialog dialog(window, title, {}, kind);
  dialog.setAcceptMode(QFileDialog::AcceptSave);
  dialog.setDefaultSuffix(suffix);
  dialog.selectFile(QStringLiteral("session.") + suffix);
  return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().value(0) : QString();
}

WallTime wallNow() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

}  // namespace

SessionFiles::SessionFiles(std::filesystem::path dataDir, History::Opener opener, const ExchangeModel& model, const QSettings& settings,
                           QWidget* window)
    : QObject(window), dataDir_(std::move(dataDir)), opener_(std::move(opener)), model_(model), settings_(settings), window_(window) {}

void SessionFiles::saveAs() {
  const QString file = askWhere(window_, tr("Save what is shown as a session"), QStringLiteral("sluice"), tr("Sessions (*.sluice)"));
  if (!file.isEmpty()) saveTo(file);
}

void SessionFiles::exportHar() {
  const QString file = askWhere(window_, tr("Export what is shown as HAR"), QStringLiteral("har"), tr("HAR (*.har)"));
  if (!file.isEmpty()) exportTo(file);
}

void SessionFiles::open() {
  const QString file = QFileDialog::getOpenFileName(window_, tr("Open a session or a HAR"), {},
                                                    tr("Sessions and HAR files (*.sluice *.har);;All files (*)"));
  if (!file.isEmpty()) openFile(file);
}

void SessionFiles::import() {
  const QString file = QFileDialog::getOpenFileName(window_, tr("Import a HAR into the history"), {}, tr("HAR (*.har);;All files (*)"));
  if (!file.isEmpty()) importFrom(file);
}

void SessionFiles::saveTo(const QString& file) {
  const auto work = [this, file, dataDir = dataDir_, filter = model_.filter()](const FileJob::GoOn& goOn) -> std::function<void()> {
    auto saved = store::saveSession(dataDir, filter, pathOf(file), goOn);
    return [this, file, saved = std::move(saved)] {
      if (!saved && saved.error().code == Code::Aborted) return emit said(tr("Nothing was saved"));
      if (!saved) return emit failed(tr("%1 was not saved: %2").arg(nameOf(file), errorText(saved.error())));
      emit said(saved->left == 0 ? tr("%L1 exchanges saved to %2").arg(saved->exchanges).arg(nameOf(file))
                                 : tr("%L1 exchanges saved to %2; %L3 that still run left out")
                                       .arg(saved->exchanges).arg(nameOf(file)).arg(saved->left));
      emit this->saved(file);
    };
  };
  new FileJob(window_, tr("Saving %1").arg(nameOf(file)), FileJob::Unit::Exchanges, std::uint64_t(model_.rowCount()), work);
}

void SessionFiles::exportTo(const QString& file) {
  const auto work = [this, file, opener = opener_, filter = model_.filter()](const FileJob::GoOn& goOn) -> std::function<void()> {
    auto reader = opener();
    auto shown = reader ? reader->show(filter) : fail(reader.error());
    auto written = shown ? har::writeHarFile(*reader, pathOf(file), goOn) : Result<har::Written>(fail(shown.error()));
    return [this, file, written = std::move(written)] {
      if (!written && written.error().code == Code::Aborted) return emit said(tr("Nothing was exported"));
      if (!written) return emit failed(tr("%1 was not written: %2").arg(nameOf(file), errorText(written.error())));
      emit said(written->left == 0 ? tr("%L1 exchanges written to %2").arg(written->entries).arg(nameOf(file))
                                   : tr("%L1 exchanges written to %2; %L3 that still run or are tunnels left out")
                                         .arg(written->entries).arg(nameOf(file)).arg(written->left));
    };
  };
  new FileJob(window_, tr("Writing %1").arg(nameOf(file)), FileJob::Unit::Bytes, 0, work);
}

void SessionFiles::openFile(const QString& file) {
  if (isShown(file)) return;
  isSession(file) ? openSession(file) : openHar(file);
}

// Asked before a file is opened: a descriptor beside SQLite's own would take the locks away that the readers of this window hold.
bool SessionFiles::isShown(const QString& file) {
  const bool shown = store::isHistory(pathOf(file), dataDir_);
  if (shown) emit said(tr("%1 is the history that is already shown").arg(nameOf(file)));
  return shown;
}

// Opened once here, so that what cannot be read is told instead of shown as an empty window.
void SessionFiles::openSession(const QString& file) {
  const History::Opener opener = [path = pathOf(file)] { return store::Reader::openSession(path); };
  const auto work = [this, file, opener](const FileJob::GoOn&) -> std::function<void()> {
    auto reader = opener();
    const Error error = reader ? Error{} : reader.error();
    return [this, file, opener, error] {
      if (error.code != Code::None) return emit failed(tr("%1 cannot be opened: %2").arg(nameOf(file), errorText(error)));
      show(file, opener, nullptr);
    };
  };
  new FileJob(window_, tr("Opening %1").arg(nameOf(file)), FileJob::Unit::Bytes, 0, work);
}

// A HAR becomes a history of its own that goes away with its window.
void SessionFiles::openHar(const QString& file) {
  const auto folder = std::make_shared<QTemporaryDir>();
  if (!folder->isValid()) return emit failed(tr("%1 cannot be opened: %2").arg(nameOf(file), folder->errorString()));
  const auto dataDir = pathOf(folder->path());
  const auto work = [this, file, folder, dataDir](const FileJob::GoOn& goOn) -> std::function<void()> {
    std::ifstream stream(pathOf(file), std::ios::binary);
    auto count = stream ? har::importHar(stream, dataDir, wallNow(), goOn)
                        : Result<std::uint64_t>(fail(Side::Local, Code::NotFound, "it cannot be read"));
    return [this, file, folder, dataDir, count = std::move(count)] {
      if (!count && count.error().code == Code::Aborted) return emit said(tr("Nothing was opened"));
      if (!count) return emit failed(tr("%1 cannot be opened: %2").arg(nameOf(file), errorText(count.error())));
      show(file, [dataDir] { return store::Reader::open(dataDir); }, folder);
    };
  };
  new FileJob(window_, tr("Reading %1").arg(nameOf(file)), FileJob::Unit::Bytes, std::uint64_t(QFileInfo(file).size()), work);
}

// The job reads and encodes. What it sends goes over a control connection of its own, since the engine keeps one stream of records
// for each: imports do not mix, and the end of the connection ends an exchange in the middle of which the import was stopped.
void SessionFiles::importFrom(const QString& file) {
  if (isShown(file)) return;
  if (link_ == nullptr || !link_->isAttached()) return emit failed(tr("%1 cannot be imported: no engine is running").arg(nameOf(file)));
  auto* link = new EngineLink;
  link->connectTo(link_->address());
  const auto work = [this, file, link, dataDir = dataDir_](const FileJob::GoOn& goOn) -> std::function<void()> {
    std::ifstream stream(pathOf(file), std::ios::binary);
    std::uint64_t added = 0;
    auto sent = stream ? har::sendHar(stream, dataDir, [&](std::string piece) { return give(*link, std::move(piece), goOn); }, added, goOn)
                       : Result<void>(fail(Side::Local, Code::NotFound, "it cannot be read"));
    if (auto synced = give(*link, {}, goOn); sent && !synced) sent = fail(synced.error());
    return [this, file, added, sent = std::move(sent)] { tellImported(file, added, sent); };
  };
  link->setParent(
      new FileJob(window_, tr("Importing %1").arg(nameOf(file)), FileJob::Unit::Bytes, std::uint64_t(QFileInfo(file).size()), work));
}

// What came before the end, whatever ended it, is in the history.
void SessionFiles::tellImported(const QString& file, std::uint64_t added, const Result<void>& sent) {
  if (!sent && sent.error().code == Code::Aborted) {
    emit said(tr("Stopped: %L1 exchanges of %2 are in the history").arg(added).arg(nameOf(file)));
  } else if (!sent) {
    const QString why = tr("%1 was not imported to its end: %2").arg(nameOf(file), errorText(sent.error()));
    return emit failed(added == 0 ? why : why + u'\n' + tr("%L1 exchanges before that are in the history.").arg(added));
  } else {
    emit said(tr("%L1 exchanges of %2 imported").arg(added).arg(nameOf(file)));
  }
  emit imported(added);
}

void SessionFiles::show(const QString& file, History::Opener opener, std::shared_ptr<void> keeps) {
  auto* window = new SessionWindow(file, std::move(opener), std::move(keeps), settings_);
  window->setAttribute(Qt::WA_DeleteOnClose);
  window->restoreState(window_->size());
  window->show();
  emit opened(window, file);
}

}  // namespace sluice::gui
