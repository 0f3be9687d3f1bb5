// A message's body: what is known of it in one line, then its text, its bytes, its fields or its picture, with a search
// in it. GUI thread.
#pragma once

#include <QLabel>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <map>

#include "app/gui/inspector/body_content.h"
#include "app/gui/inspector/event_page.h"
#include "app/gui/inspector/image_view.h"
#include "app/gui/inspector/pair_table.h"
#include "app/gui/text/search_bar.h"
#include "app/gui/text/text_view.h"
#include "core/store/rows.h"

namespace sluice::gui {

class BodyPane : public QWidget {
  Q_OBJECT
 public:
  explicit BodyPane(const QString& name, QWidget* parent = nullptr);

  // What the row says of the body, known before it is read. `done`: nothing more will come. `announced`: the head speaks of one.
  void setFacts(const capture::BodyTotals& totals, const QString& contentType, bool done, bool announced = false);
  void setContent(const BodyContent& content, TextView::Keep keep);
  void setProblem(const QString& problem);
  void clear();

  // While the rest of a large body is read, out of so many bytes. Null: it is no longer.
  void showReading(std::shared_ptr<const BodyProgress> progress, std::uint64_t bytes);
  // The user ended the reading: what came by then stays, and the rest is offered.
  void showStopped();
  bool isStopped() const { return stopped_; }

  // The form that the user asked for; Automatic again with each exchange.
  BodyForm wantedForm() const { return wanted_; }
  BodyForm shownForm() const { return shown_; }
  // Between the bytes and what else there is.
  void toggleForm();
  void want(BodyForm form);
  void openSearch();
  TextView& view() { return *view_; }
  PairTable& fields() { return *fields_; }
  EventPage& events() { return *events_; }
  // A part of a multipart body, to a file, on a thread of its own.
  void savePart(const NamedValue& part, const QString& path);
  // Ends the reading, or goes on with it.
  QToolButton& stopButton() { return *stop_; }
  ImageView& image() { return *image_; }
  SearchBar& searchBar() { return *search_; }
  QString emptyText() const { return empty_->text(); }
  QString factsText() const { return facts_->text(); }
  QString problemText() const { return problem_->text(); }

 signals:
  void formWanted();
  void stopRequested();
  // A part lies in this file.
  void saved(const QString& path);

 private:
  void addFormButton(BodyForm form, const QString& text, const QString& tip);
  void updateButtons(const BodyContent& content);
  void showProblems();
  void updateFacts();
  void askWhereToSave(NamedValue part);
  void updateProgress();

  QLabel* facts_;
  QLabel* progress_;
  QToolButton* stop_;
  QLabel* problem_;
  QLabel* empty_;
  std::map<BodyForm, QToolButton*> forms_;
  QStackedWidget* pages_;
  TextView* view_;
  PairTable* fields_;
  EventPage* events_;
  ImageView* image_;
  SearchBar* search_;
  QTimer progressTimer_;
  QStringList unsaved_;  // files that parts could not be written to
  std::shared_ptr<const BodyProgress> reading_;
  std::uint64_t readingBytes_ = 0;
  capture::BodyTotals totals_;
  QString contentType_;
  bool done_ = false;
  bool announced_ = false;
  bool stopped_ = false;
  BodyContent content_;  // without its document, which the view keeps
  bool searchNext_ = false;  // once the text that can be searched is there
  BodyForm wanted_ = BodyForm::Automatic;
  BodyForm shown_ = BodyForm::Text;
  BodyForm usual_ = BodyForm::Text;  // what Automatic came to
};

}  // namespace sluice::gui
