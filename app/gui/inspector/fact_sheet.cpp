#include "app/gui/inspector/fact_sheet.h"

#include <QAbstractTextDocumentLayout>
#include <QWheelEvent>

#include "app/gui/look/colors.h"
#include "app/gui/look/labels.h"

namespace sluice::gui {
namespace {

constexpr int kColumnDigits = 60;  // the least width of a column of groups
constexpr int kSpaceBetween = 28;

QColor colorOf(Fact::Tone tone, const Colors& colors) {
  switch (tone) {
    case Fact::Tone::Plain: return colors.text;
    case Fact::Tone::Good: return colors.good;
    case Fact::Tone::Redirect: return colors.redirect;
    case Fact::Tone::Warning: return colors.warning;
    case Fact::Tone::Bad: return colors.bad;
  }
  return colors.text;
}

// As high as its text, and no scrolling of its own; in one colour of whatever palette is current.
class ValueEdit : public QTextEdit {
 public:
  explicit ValueEdit(QWidget* parent) : QTextEdit(parent) {
    setReadOnly(true);
    setAcceptRichText(false);
    setFrameShape(QFrame::NoFrame);
    setTabChangesFocus(true);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    viewport()->setAutoFillBackground(false);
    document()->setDocumentMargin(0);
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
            [this](const QSizeF& size) {
              setFixedHeight(std::max(fontMetrics().height(), int(std::ceil(size.height()))));
            });
  }

  void setTone(Fact::Tone tone) {
    tone_ = tone;
    dress();
  }

 protected:
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
  // A style sheet that is set anew takes the colour away.
  void changeEvent(QEvent* event) override {
    QTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) dress();
  }
  void showEvent(QShowEvent* event) override {
    dress();
    QTextEdit::showEvent(event);
  }

 private:
  void dress() {
    const QColor color = colorOf(tone_, colorsOf(palette()));
    if (palette().color(QPalette::Text) != color) gui::setTextColor(*this, color);
  }

  Fact::Tone tone_ = Fact::Tone::Plain;
};

}  // namespace

FactSheet::FactSheet(QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(12, 10, 12, 10);
  row->setSpacing(kSpaceBetween);
  for (QGridLayout*& grid : grids_) {
    grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(5);
    grid->setColumnStretch(1, 1);
    row->addLayout(grid);
    row->setAlignment(grid, Qt::AlignTop);
  }
}

FactSheet::Line& FactSheet::lineAt(std::size_t index) {
  while (lines_.size() <= index) {
    auto* title = new QLabel(this);
    title->setTextFormat(Qt::PlainText);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    QLabel* name = mutedLabel({}, this);
    auto* value = new ValueEdit(this);
    lines_.push_back({title, name, value});
  }
  return lines_[index];
}

void FactSheet::setFacts(const std::vector<Fact>& facts) {
  facts_ = facts;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    Line& line = lineAt(i);
    const Fact& fact = facts[i];
    const bool title = fact.name.isEmpty();
    line.title->setVisible(title);
    line.name->setVisible(!title);
    line.value->setVisible(!title);
    (title ? line.title : line.name)->setText(title ? fact.value : fact.name);
    line.value->setAccessibleName(title ? fact.value : fact.name);
    if (title) continue;
    if (line.value->toPlainText() != fact.value) line.value->setPlainText(fact.value);
    static_cast<ValueEdit*>(line.value)->setTone(fact.tone);
  }
  for (std::size_t i = facts.size(); i < lines_.size(); ++i) {
    lines_[i].title->hide();
    lines_[i].name->hide();
    lines_[i].value->hide();
  }
  place();
}

int FactSheet::columnsThatFit() const {
  return std::clamp(width() / (kColumnDigits * fontMetrics().horizontalAdvance(u'0')), 1, kColumnsMax);
}

void FactSheet::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (columnsThatFit() != columns_) place();
}

// Groups in their order, each in one piece, about the same number of lines in each column.
void FactSheet::place() {
  columns_ = columnsThatFit();
  const auto isTitle = [this](std::size_t i) { return facts_[i].name.isEmpty(); };
  const int share = (int(facts_.size()) + columns_ - 1) / columns_;
  int column = 0, row = 0;
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    if (isTitle(i) && row > 0 && column + 1 < columns_) {
      int lines = 1;
      while (i + std::size_t(lines) < facts_.size() && !isTitle(i + std::size_t(lines))) ++lines;
      if (row + lines / 2 > share) row = 0, ++column;
    }
    const Line& line = lines_[i];
    QGridLayout& grid = *grids_[std::size_t(column)];
    line.title->setContentsMargins(0, row > 0 ? 10 : 0, 0, 2);
    grid.addWidget(line.title, row, 0, 1, 2, Qt::AlignTop | Qt::AlignLeft);
    grid.addWidget(line.name, row, 0, Qt::AlignTop | Qt::AlignLeft);
    grid.addWidget(line.value, row++, 1, Qt::AlignTop);
  }
  // An empty one would take its share of the width too.
  for (int each = 0; each < kColumnsMax; ++each) static_cast<QHBoxLayout*>(layout())->setStretch(each, each <= column ? 1 : 0);
}

QString FactSheet::text() const {
  QStringList lines;
  for (const Fact& fact : facts_)
    lines << (fact.name.isEmpty() ? fact.value : fact.name + QStringLiteral(": ") + fact.value);
  return lines.join(u'\n');
}

}  // namespace sluice::gui
