// A calm strip above the table: what happened, in the engine's words where it has some, and what a click can do about
// it. GUI thread.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/gui/engine/engine_keeper.h"

namespace sluice::gui {

class Banner : public QFrame {
  Q_OBJECT
 public:
  explicit Banner(QWidget* parent = nullptr);

  // An empty text hides it.
  void setNotice(const EngineNotice& notice);
  const EngineNotice& notice() const { return notice_; }
  QPushButton& offerButton() { return *offer_; }

 signals:
  void offerTaken(sluice::gui::EngineNotice::Offer offer);
  void dismissed();

 protected:
  void paintEvent(QPaintEvent*) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void drawSign();

  EngineNotice notice_;
  QLabel* sign_;
  QLabel* text_;
  QLabel* detail_;
  QPushButton* offer_;
  QPushButton* secondOffer_;
  QToolButton* close_;
};

}  // namespace sluice::gui
