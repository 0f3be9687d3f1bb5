// One message of an exchange: its head as a list of fields, as query and cookies, or as it came; its body below or, where
// there is more width than height, beside it. GUI thread.
#pragma once

#include <QSplitter>
#include <QTabBar>
#include <QWidget>

#include "app/gui/inspector/body_pane.h"
#include "app/gui/inspector/pair_table.h"
#include "app/gui/text/text_view.h"

namespace sluice::gui {

class MessagePage : public QWidget {
  Q_OBJECT
 public:
  enum class HeadForm { Fields, Query, Cookies, Raw };

  MessagePage(capture::Direction direction, QWidget* parent = nullptr);

  // `head` and `trailers` as received; a head that has not come is empty and `absent` says why.
  void setHead(const std::string& head, const std::string& trailers, const QString& absent);
  BodyPane& body() { return *body_; }
  TextView& headView() { return *head_; }
  PairTable& table(HeadForm form);
  HeadForm headForm() const;
  // Where the head has something of it; else the fields.
  void setHeadForm(HeadForm form);
  capture::Direction direction() const { return direction_; }
  void clear();
  // What has the keyboard when the page is gone to.
  QWidget& content();

 signals:
  void headFormChosen(sluice::gui::MessagePage::HeadForm form);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* makeHead();
  void showHeadForm();
  void arrange();

  const capture::Direction direction_;
  QSplitter* splitter_;
  QStackedWidget* headPages_;
  QLabel* headAbsent_;
  QLabel* startLine_;
  QTabBar* headForms_;
  PairTable* tables_[3];
  TextView* head_;
  BodyPane* body_;
  bool movedByUser_ = false;
};

}  // namespace sluice::gui
