#include "app/gui/preferences/shortcuts_page.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "app/gui/look/rows.h"
#include "app/gui/preferences/shortcuts.h"

namespace sluice::gui {

ShortcutsPage::ShortcutsPage(QSettings& settings, QList<QAction*> actions, QList<QAction*> menus, QWidget* parent)
    : QWidget(parent), settings_(settings), actions_(std::move(actions)), menus_(std::move(menus)) {
  search_ = new QLineEdit(this);
  search_->setPlaceholderText(tr("Search by name or keys"));
  search_->setAccessibleName(tr("Search for an action"));
  search_->setClearButtonEnabled(true);
  list_ = new QTreeWidget(this);
  list_->setAccessibleName(tr("Actions and their keys"));
  list_->setHeaderLabels({tr("Action"), tr("Keys")});
  list_->setItemDelegate(new RowDelegate(this));
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  list_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  list_->header()->setStretchLastSection(false);
  for (qsizetype i = 0; i < actions_.size(); ++i) {
    auto* item = new QTreeWidgetItem(list_, {plainName(*actions_[i])});
    item->setData(0, Qt::UserRole, int(i));
    item->setToolTip(0, actions_[i]->statusTip());
  }
  keys_ = new QKeySequenceEdit(this);
  keys_->setAccessibleName(tr("New keys"));
  usual_ = new QPushButton(tr("&Usual keys"), this);
  usual_->setToolTip(tr("Give the chosen action the keys that it comes with"));
  none_ = new QPushButton(tr("N&o keys"), this);
  none_->setToolTip(tr("Take the chosen action's keys away"));
  allUsual_ = new QPushButton(tr("All &as usual"), this);
  allUsual_->setToolTip(tr("Give every action the keys that it comes with"));
  for (QPushButton* button : {usual_, none_, allUsual_}) button->setAutoDefault(false);
  problem_ = problemLabel(this);
  auto* name = new QLabel(tr("&New keys:"), this);
  name->setBuddy(keys_);
  auto* row = new QHBoxLayout;
  row->addWidget(name);
  row->addWidget(keys_, 1);
  for (QPushButton* button : {usual_, none_, allUsual_}) row->addWidget(button);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(search_);
  layout->addWidget(list_, 1);
  layout->addLayout(row);
  layout->addWidget(problem_);
  connect(search_, &QLineEdit::textChanged, this, &ShortcutsPage::filter);
  connect(list_, &QTreeWidget::currentItemChanged, this, &ShortcutsPage::showChosen);
  connect(list_, &QTreeWidget::itemActivated, this, [this] { keys_->setFocus(Qt::OtherFocusReason); });
  connect(keys_, &QKeySequenceEdit::editingFinished, this, [this] {
    if (!keys_->keySequence().isEmpty()) use(keys_->keySequence());
  });
  connect(usual_, &QPushButton::clicked, this, [this] {
    if (const QAction* action = chosen()) use(usualKeys(*action));
  });
  connect(none_, &QPushButton::clicked, this, [this] { use({}); });
  connect(allUsual_, &QPushButton::clicked, this, &ShortcutsPage::useAllUsual);
  showKeys();
  list_->setCurrentItem(list_->topLevelItem(0));
}

QAction* ShortcutsPage::chosen() const {
  const QTreeWidgetItem* item = list_->currentItem();
  return item == nullptr ? nullptr : actions_[item->data(0, Qt::UserRole).toInt()];
}

void ShortcutsPage::choose(const QAction& action) {
  for (int row = 0; row < list_->topLevelItemCount(); ++row) {
    if (actions_[row] == &action) list_->setCurrentItem(list_->topLevelItem(row));
  }
}

void ShortcutsPage::showChosen() {
  const QAction* action = chosen();
  for (QWidget* widget : {static_cast<QWidget*>(keys_), static_cast<QWidget*>(usual_), static_cast<QWidget*>(none_)}) {
    widget->setEnabled(action != nullptr);
  }
  keys_->clear();
  problem_->clear();
}

void ShortcutsPage::showKeys() {
  for (int row = 0; row < list_->topLevelItemCount(); ++row) {
    const QAction& action = *actions_[row];
    QTreeWidgetItem* item = list_->topLevelItem(row);
    item->setText(1, action.shortcut().toString(QKeySequence::NativeText));
    QFont font = list_->font();
    font.setBold(action.shortcut() != usualKeys(action));
    item->setFont(1, font);
  }
}

void ShortcutsPage::use(const QKeySequence& keys) {
  QAction* action = chosen();
  if (action == nullptr) return;
  problem_->setText(shortcutProblem(*action, keys, actions_, menus_));
  if (!problem_->text().isEmpty()) return;
  chooseShortcut(*action, keys, settings_);
  keys_->clear();
  showKeys();
}

void ShortcutsPage::useAllUsual() {
  for (QAction* action : actions_) chooseShortcut(*action, usualKeys(*action), settings_);
  problem_->clear();
  showKeys();
}

void ShortcutsPage::filter(const QString& text) {
  for (int row = 0; row < list_->topLevelItemCount(); ++row) {
    QTreeWidgetItem* item = list_->topLevelItem(row);
    item->setHidden(!item->text(0).contains(text, Qt::CaseInsensitive) && !item->text(1).contains(text, Qt::CaseInsensitive));
  }
}

}  // namespace sluice::gui
