// The self-test: a button, and what was asked for beside what was measured. GUI thread.
#pragma once

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QWidget>
#include <optional>

#include "core/control/messages.h"

namespace sluice::gui {

class SelfTestView : public QWidget {
  Q_OBJECT
 public:
  explicit SelfTestView(QWidget* parent = nullptr);

  void begin();
  void end(const std::optional<control::SelfTestReply>& reply, const QString& problem);
  QPushButton& button() { return *button_; }
  // "99.8 %" and so on, as shown; for tests and for those who cannot see the table.
  QString text() const;

 signals:
  void requested();

 private:
  enum Row { Down, Up, RoundTrip, Jitter, kRows };
  void setRow(Row row, const QString& asked, const QString& achieved, const QString& verdict, bool good);

  QPushButton* button_;
  QLabel* note_;
  QWidget* table_;
  QLabel* cells_[kRows][3];  // asked, achieved, verdict
};

}  // namespace sluice::gui
