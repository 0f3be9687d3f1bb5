#include "app/gui/exchanges/filter_field.h"

#include <QAbstractItemView>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <algorithm>

#include "app/gui/look/colors.h"
#include "core/filter/completion.h"
#include "core/filter/parser.h"

namespace sluice::gui {
namespace {

constexpr int kPauseMs = 150;  // under it a filter would run for each letter
constexpr int kMargin = 4;
constexpr int kTextMargin = 4;
constexpr int kPopupRoom = 60;  // beside the widest of what is offered

// Places in the text count bytes of UTF-8, those of the field count QChars.
std::size_t bytesBefore(const QString& text, int position) { return std::size_t(text.left(position).toUtf8().size()); }
int positionOf(const QString& text, std::size_t bytes) { return int(QString::fromUtf8(text.toUtf8().left(int(bytes))).size()); }

}  // namespace

FilterField::FilterField(QWidget* parent)
    : QWidget(parent),
      field_(new QLineEdit(this)),
      problem_(new QLabel(this)),
      candidates_(new QStringListModel(this)),
      completer_(new QCompleter(candidates_, this)) {
  field_->setPlaceholderText(tr("Filter: host~api status>=400, or ~d api ~c 404 (Ctrl+F)"));
  field_->setAccessibleName(tr("Filter"));
  field_->setToolTip(tr("Show only exchanges that match (Ctrl+F)"));
  field_->setStatusTip(tr("Terms like host~api status>=400 method=POST body~\"token\", mitmproxy's ~u ~m ~c, and & | ! ( )"));
  field_->setClearButtonEnabled(true);
  field_->setTextMargins(kTextMargin, 0, kTextMargin, 0);
  field_->installEventFilter(this);
  problem_->setAccessibleName(tr("What is wrong with the filter"));
  problem_->setTextFormat(Qt::PlainText);
  problem_->hide();
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
  layout->addWidget(field_, 1);
  layout->addWidget(problem_);

  completer_->setWidget(field_);
  completer_->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
  pause_.setSingleShot(true);
  pause_.setInterval(kPauseMs);
  connect(&pause_, &QTimer::timeout, this, &FilterField::apply);
  connect(field_, &QLineEdit::textChanged, this, [this] { pause_.start(); });
  connect(field_, &QLineEdit::textEdited, this, &FilterField::offer);
  connect(field_, &QLineEdit::returnPressed, this, [this] {
    apply();
    if (problem_->isHidden()) emit left();
  });
  connect(completer_, qOverload<const QString&>(&QCompleter::activated), this, &FilterField::take);
  setFocusProxy(field_);
}

void FilterField::setText(const QString& text) {
  field_->setText(text);
  apply();
}

void FilterField::narrowBy(const QString& filter) {
  const QString now = field_->text().trimmed();
  // Side by side both must hold; an "or" that stands there already binds less tightly.
  setText(now.isEmpty() ? filter : now.contains(u'|') ? QStringLiteral("(%1) %2").arg(now, filter) : now + u' ' + filter);
}

void FilterField::focusField() {
  field_->setFocus(Qt::ShortcutFocusReason);
  field_->selectAll();
}

bool FilterField::eventFilter(QObject* watched, QEvent* event) {
  const int key = watched == field_ && event->type() == QEvent::KeyPress ? static_cast<QKeyEvent*>(event)->key() : 0;
  if (key == Qt::Key_Escape) {
    if (field_->text().isEmpty()) emit left();
    else setText({});
    return true;
  }
  if (key == Qt::Key_Down) {  // to what it found
    apply();
    emit left();
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void FilterField::apply() {
  pause_.stop();
  const QString text = field_->text();
  auto parsed = filter::parse(text.toUtf8().toStdString());
  if (!parsed) {
    const int column = positionOf(text, parsed.error().at) + 1;
    return showProblem(tr("column %1: %2").arg(column).arg(QString::fromStdString(parsed.error().message)));
  }
  showProblem({});
  if (*parsed == applied_) return;
  applied_ = std::move(*parsed);
  emit filterChanged(applied_);
}

void FilterField::offer() {
  const QString text = field_->text();
  const auto completion = filter::complete(text.toUtf8().toStdString(), bytesBefore(text, field_->cursorPosition()));
  QStringList offered;
  for (const auto& each : completion.candidates) offered << QString::fromStdString(each.text);
  candidates_->setStringList(offered);
  // Nothing typed yet, or all of it: no help is needed.
  const bool begun = completion.to > completion.from;
  const bool whole = offered.size() == 1 && text.mid(positionOf(text, completion.from)).startsWith(offered.front());
  if (begun && !offered.isEmpty() && !whole) completer_->complete(placeOf(positionOf(text, completion.from)));
  else completer_->popup()->hide();
}

// Under the term that is being typed, as wide as what is offered.
QRect FilterField::placeOf(int begin) const {
  const QFontMetrics metrics(field_->font());
  int width = 0;
  for (const QString& each : candidates_->stringList()) width = std::max(width, metrics.horizontalAdvance(each));
  const QString typed = field_->text().mid(begin, field_->cursorPosition() - begin);
  const int cursor = field_->inputMethodQuery(Qt::ImCursorRectangle).toRect().center().x();
  const int left = cursor - metrics.horizontalAdvance(typed) - 2 * kTextMargin;
  return {std::max(0, left), 0, width + kPopupRoom, field_->height()};
}

void FilterField::take(const QString& candidate) {
  QString text = field_->text();
  const auto completion = filter::complete(text.toUtf8().toStdString(), bytesBefore(text, field_->cursorPosition()));
  const int from = positionOf(text, completion.from);
  text.replace(from, positionOf(text, completion.to) - from, candidate);
  field_->setText(text);
  field_->setCursorPosition(from + int(candidate.size()));
}

void FilterField::showProblem(const QString& problem) {
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  QPalette colors = palette();
  if (!problem.isEmpty()) colors.setColor(QPalette::Text, colorsOf(colors).bad);
  field_->setPalette(colors);
}

}  // namespace sluice::gui
