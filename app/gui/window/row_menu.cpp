#include "app/gui/window/row_menu.h"

namespace sluice::gui {

void fillRowMenu(QMenu& menu, QMenu& mark, const Actions& actions) {
  menu.addActions({actions.copyUrl, actions.copyCurl, actions.saveBody, actions.openUrl});
  menu.addSeparator();
  menu.addMenu(&mark);
  menu.addAction(actions.comment);
  menu.addSeparator();
  menu.addActions({actions.onlyHost, actions.passHost, actions.decryptHost, actions.throttleHost});
  menu.addSeparator();
  menu.addActions({actions.overviewTab, actions.requestTab, actions.responseTab});
  menu.addSeparator();
  menu.addAction(actions.clearSelection);
}

}  // namespace sluice::gui
