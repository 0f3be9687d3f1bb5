#include "app/gui/window/comment_dialog.h"

#include <QDialogButtonBox>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "core/base/annotation.h"

namespace sluice::gui {

CommentDialog::CommentDialog(const QString& now, int count, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Comment"));
  field_ = new QPlainTextEdit(now, this);
  field_->setAccessibleName(tr("Comment"));
  field_->setTabChangesFocus(true);
  field_->setPlaceholderText(tr("Found again with comment~word in the filter"));
  field_->selectAll();
  auto* what = new QLabel(count == 1 ? tr("On this exchange:") : tr("On %L1 exchanges:").arg(count), this);
  what->setTextFormat(Qt::PlainText);
  what->setBuddy(field_);
  problem_ = mutedLabel({}, this);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
  take_ = buttons->button(QDialogButtonBox::Save);
  take_->setText(tr("&Save comment"));
  take_->setToolTip(tr("Save the comment (Ctrl+Enter); an empty one takes it away"));
  buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 12);
  layout->setSpacing(8);
  layout->addWidget(what);
  layout->addWidget(field_, 1);
  layout->addWidget(problem_);
  layout->addWidget(buttons);
  resize(440, 210);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(field_, &QPlainTextEdit::textChanged, this, &CommentDialog::check);
  for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
    connect(new QShortcut(QKeySequence(Qt::CTRL | key), this), &QShortcut::activated, this, [this] { accept(); });
  }
  field_->setFocus();
  check();
}

void CommentDialog::check() {
  const auto bytes = std::size_t(field_->toPlainText().trimmed().toUtf8().size());
  const bool fits = bytes <= kCommentBytesMax;
  problem_->setText(fits ? QString() : tr("A comment has at most %L1 bytes; this one has %L2.").arg(kCommentBytesMax).arg(bytes));
  take_->setEnabled(fits);
}

void CommentDialog::accept() {
  if (!take_->isEnabled()) return;
  emit given(field_->toPlainText().trimmed());
  QDialog::accept();
}

}  // namespace sluice::gui
