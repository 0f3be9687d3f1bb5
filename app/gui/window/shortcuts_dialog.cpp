#include "app/gui/window/shortcuts_dialog.h"

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "app/gui/window/actions.h"

namespace sluice::gui {

ShortcutsDialog::ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Keyboard shortcuts"));
  auto* list = new QWidget(this);
  auto* grid = new QGridLayout(list);
  grid->setHorizontalSpacing(18);
  grid->setVerticalSpacing(6);
  grid->setColumnStretch(2, 1);
  int row = 0;
  for (const QAction* action : actions) {
    if (action->shortcut().isEmpty()) continue;
    auto* keys = new QLabel(action->shortcut().toString(QKeySequence::NativeText), list);
    auto* name = new QLabel(QString(action->text()).remove(u'&'), list);
    for (QLabel* label : {keys, name}) label->setTextFormat(Qt::PlainText);
    grid->addWidget(keys, row, 0, Qt::AlignTop);
    grid->addWidget(name, row, 1, Qt::AlignTop);
    QLabel* what = mutedLabel(purposeOf(*action), list);
    what->setWordWrap(true);
    grid->addWidget(what, row, 2, Qt::AlignTop);
    ++row;
  }
  auto* area = new QScrollArea(this);
  area->setWidget(list);
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  nameCloseButton(*buttons->button(QDialogButtonBox::Close));
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(area, 1);
  layout->addWidget(buttons);
  resize(900, 640);
}

}  // namespace sluice::gui
