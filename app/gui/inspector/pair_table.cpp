#include "app/gui/inspector/pair_table.h"

#include <QAbstractTableModel>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <algorithm>

#include "app/gui/look/colors.h"
#include "app/gui/look/rows.h"

namespace sluice::gui {
namespace {

enum PairColumn { kName, kValue, kNote, kPairColumns };
constexpr int kRowPadding = 6;
constexpr qsizetype kNameDigitsMin = 10, kNameDigitsMax = 40;  // of the column of names
constexpr int kCellCharactersMax = 1024;  // drawn; the whole value is copied

QString cut(const QString& text, int charactersMax) {
  return text.size() <= charactersMax ? text : text.left(charactersMax) + u'…';
}

}  // namespace

class PairTable::Model : public QAbstractTableModel {
 public:
  using QAbstractTableModel::QAbstractTableModel;

  void set(std::vector<NamedValue> pairs) {
    beginResetModel();
    pairs_ = std::move(pairs);
    endResetModel();
  }
  const std::vector<NamedValue>& pairs() const { return pairs_; }
  int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(pairs_.size()); }
  int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : kPairColumns; }

  QVariant data(const QModelIndex& index, int role) const override {
    const NamedValue& pair = pairs_[std::size_t(index.row())];
    const QString& text = index.column() == kName ? pair.name : index.column() == kValue ? pair.value : pair.note;
    if (role == Qt::DisplayRole) return cut(text, kCellCharactersMax);
    return {};
  }

  QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == kName ? PairTable::tr("Name") : section == kValue ? PairTable::tr("Value") : PairTable::tr("Details");
  }

 private:
  std::vector<NamedValue> pairs_;
};

namespace {

// Names and notes in the colours that the heads have.
class PairDelegate : public RowDelegate {
 public:
  using RowDelegate::RowDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    RowDelegate::initStyleOption(option, index);
    const Colors& colors = colorsOf(option->palette);
    const QColor text = index.column() == kName ? colors.redirect : index.column() == kNote ? colors.muted : colors.text;
    for (const auto role : {QPalette::Text, QPalette::HighlightedText}) option->palette.setColor(role, text);
    // What was captured is cut at its own end in a window that lies the other way too.
    option->displayAlignment = QStyle::visualAlignment(option->direction, option->displayAlignment);
    option->direction = Qt::LeftToRight;
  }
};

}  // namespace

PairTable::PairTable(const QString& name, QWidget* parent) : QTableView(parent), model_(new Model(this)) {
  setModel(model_);
  setItemDelegate(new PairDelegate(this));
  setAccessibleName(name);
  dressTable(*this, kRowPadding);
  setSelectionMode(ExtendedSelection);
  setTextElideMode(Qt::ElideRight);
  horizontalHeader()->hide();
  horizontalHeader()->setSectionResizeMode(kValue, QHeaderView::Stretch);
  horizontalHeader()->setStretchLastSection(false);
}

void PairTable::setPairs(std::vector<NamedValue> pairs) {
  const bool notes = std::any_of(pairs.begin(), pairs.end(), [](const NamedValue& pair) { return !pair.note.isEmpty(); });
  const int digit = fontMetrics().horizontalAdvance(u'0');
  qsizetype longest = kNameDigitsMin;
  for (const NamedValue& pair : pairs) longest = std::max(longest, pair.name.size());
  model_->set(std::move(pairs));
  setColumnWidth(kName, digit * int(std::min(longest + 4, kNameDigitsMax)));
  setColumnHidden(kNote, !notes);
  setColumnWidth(kNote, digit * 32);
}

const std::vector<NamedValue>& PairTable::pairs() const { return model_->pairs(); }

int PairTable::heightForAllRows() const { return verticalHeader()->defaultSectionSize() * model_->rowCount() + 8; }

QString PairTable::textToCopy() const {
  QStringList lines;
  const bool any = selectionModel()->hasSelection();
  for (int row = 0; row < model_->rowCount(); ++row) {
    if (any && !selectionModel()->isRowSelected(row)) continue;
    const NamedValue& pair = model_->pairs()[std::size_t(row)];
    lines << pair.name + QStringLiteral(": ") + pair.value;
  }
  return lines.join(u'\n');
}

void PairTable::copyValues() {
  QStringList values;
  for (const QModelIndex& index : selectionModel()->selectedRows()) values << model_->pairs()[std::size_t(index.row())].value;
  QGuiApplication::clipboard()->setText(values.join(u'\n'));
}

void PairTable::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return QGuiApplication::clipboard()->setText(textToCopy());
  QTableView::keyPressEvent(event);
}

void PairTable::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  QAction* value = menu.addAction(tr("Copy &value"), this, &PairTable::copyValues);
  value->setEnabled(selectionModel()->hasSelection());
  menu.addAction(tr("&Copy name and value"), QKeySequence(QKeySequence::Copy), this,
                 [this] { QGuiApplication::clipboard()->setText(textToCopy()); });
  const int row = currentIndex().isValid() ? currentIndex().row() : -1;
  if (row >= 0 && model_->pairs()[std::size_t(row)].bytes >= 0) {
    menu.addAction(tr("&Save part"), this, [this, part = model_->pairs()[std::size_t(row)]] { emit saveRequested(part); });
  }
  menu.addAction(tr("Select &all"), QKeySequence(QKeySequence::SelectAll), this, &QTableView::selectAll);
  menu.exec(event->globalPos());
}

}  // namespace sluice::gui
