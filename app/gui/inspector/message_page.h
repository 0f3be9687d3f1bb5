// One message of an exchange: the head as it came, its body below or, where there is more width than height, beside it.
// GUI thread.
#pragma once

#include <QSplitter>
#include <QWidget>

#include "app/gui/inspector/body_pane.h"
#include "app/gui/text/text_view.h"

namespace sluice::gui {

class MessagePage : public QWidget {
  Q_OBJECT
 public:
  MessagePage(capture::Direction direction, QWidget* parent = nullptr);

  // `head` and `trailers` as received; a head that has not come is empty and `absent` says why.
  void setHead(const std::string& head, const std::string& trailers, const QString& absent);
  BodyPane& body() { return *body_; }
  TextView& headView() { return *head_; }
  capture::Direction direction() const { return direction_; }
  void clear();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void arrange();

  const capture::Direction direction_;
  QSplitter* splitter_;
  QStackedWidget* headPages_;
  QLabel* headAbsent_;
  TextView* head_;
  BodyPane* body_;
  bool movedByUser_ = false;
};

}  // namespace sluice::gui
