// What a window does with files: what it shows is saved as a session or exported as a HAR, and either kind is opened in a
// window of its own, to be read only; or a HAR becomes part of the history. GUI thread; the work is done on threads of its own.
#pragma once

#include <QObject>
#include <QSettings>

#include "app/gui/engine/engine_link.h"
#include "app/gui/exchanges/exchange_model.h"
#include "app/gui/history/history.h"

namespace sluice::gui {

class SessionWindow;

class SessionFiles : public QObject {
  Q_OBJECT
 public:
  // Of a window that shows the history in `dataDir`, or, with an empty one, what `opener` reads.
  // The windows that it opens remember in `settings` how they are.
  SessionFiles(std::filesystem::path dataDir, History::Opener opener, const ExchangeModel& model, const QSettings& settings,
               QWidget* window);
  // To what records there; without one nothing can be imported. Outlives this.
  void setEngine(EngineLink& link) { link_ = &link; }

  // Each asks which file.
  void saveAs();
  void exportHar();
  void open();
  void import();

  void saveTo(const QString& file);
  void exportTo(const QString& file);
  // A session or a HAR, as its first byte says. `opened` follows, or `failed`.
  void openFile(const QString& file);
  // The exchanges of a HAR into the history that is recorded. `imported` follows, or `failed`.
  void importFrom(const QString& file);

 signals:
  void said(const QString& message);    // for the status bar
  void failed(const QString& problem);  // in a sentence or two
  void saved(const QString& file);
  void imported(quint64 exchanges);
  void opened(sluice::gui::SessionWindow* window, const QString& file);  // it is shown, and owns itself

 private:
  // The history itself: says so.
  bool isShown(const QString& file);
  void tellImported(const QString& file, std::uint64_t added, const Result<void>& sent);
  void openSession(const QString& file);
  void openHar(const QString& file);
  void show(const QString& file, History::Opener opener, std::shared_ptr<void> keeps);

  const std::filesystem::path dataDir_;
  const History::Opener opener_;
  const ExchangeModel& model_;
  const QSettings& settings_;
  QWidget* window_;
  EngineLink* link_ = nullptr;
};

}  // namespace sluice::gui
