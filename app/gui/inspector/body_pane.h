// A message's body: what is known of it in one line, then its text or its bytes. GUI thread.
#pragma once

#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>

#include "app/gui/inspector/body_content.h"
#include "app/gui/text/text_view.h"
#include "core/store/rows.h"

namespace sluice::gui {

class BodyPane : public QWidget {
  Q_OBJECT
 public:
  explicit BodyPane(const QString& name, QWidget* parent = nullptr);

  // What the row says of the body, known before it is read. `done`: nothing more will come.
  void setFacts(const capture::BodyTotals& totals, const QString& contentType, bool done);
  void setContent(const BodyContent& content, TextView::Keep keep);
  void setProblem(const QString& problem);
  void clear();

  // The form that the user asked for; Automatic again with each exchange.
  BodyForm wantedForm() const { return wanted_; }
  BodyForm shownForm() const { return shown_; }
  void toggleForm();
  TextView& view() { return *view_; }
  QString factsText() const { return facts_->text(); }

 signals:
  void formWanted();

 private:
  void updateFacts();
  void want(BodyForm form);

  QLabel* facts_;
  QLabel* empty_;
  QToolButton* asText_;
  QToolButton* asHex_;
  QStackedWidget* pages_;
  TextView* view_;
  capture::BodyTotals totals_;
  QString contentType_;
  bool done_ = false;
  std::uint64_t shownBytes_ = 0, storedBytes_ = 0;
  BodyForm wanted_ = BodyForm::Automatic;
  BodyForm shown_ = BodyForm::Text;
};

}  // namespace sluice::gui
