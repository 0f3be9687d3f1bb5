// Asks for a comment on some exchanges. Ctrl+Enter takes it. GUI thread.
#pragma once

#include <QDialog>
#include <QLabel>
#include <QPlainTextEdit>

namespace sluice::gui {

class CommentDialog : public QDialog {
  Q_OBJECT
 public:
  // `count`: of exchanges it is about.
  CommentDialog(const QString& now, int count, QWidget* parent);

  QPlainTextEdit& field() { return *field_; }
  void accept() override;

 signals:
  void given(const QString& comment);

 private:
  void check();

  QPlainTextEdit* field_;
  QLabel* problem_;
  QPushButton* take_;
};

}  // namespace sluice::gui
