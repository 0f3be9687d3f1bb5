// What the window remembers from one time to the next.
#include "app/gui/preferences/preferences.h"
#include "app/gui/preferences/shortcuts.h"
#include "app/gui/window/main_window.h"

namespace sluice::gui {
namespace {

constexpr int kWideWindow = 1500;  // from here on the inspector has room beside the table

}  // namespace

void MainWindow::restoreState() {
  QSettings& settings = parts_.settings;
  if (!restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray())) resize(1280, 800);
  loadShortcuts(QWidget::actions(), settings);
  table_->setDensity(densityOf(settings));
  table_->restoreColumnsState(settings.value(QStringLiteral("table/columns")).toByteArray());
  for (int i = 0; i < kColumnCount; ++i) actions_->columns[i]->setChecked(table_->isColumnShown(Column(i)));
  const bool right = settings.value(QStringLiteral("inspector/right"), width() >= kWideWindow).toBool();
  actions_->inspectorRight->setChecked(right);
  setInspectorPosition(right);
  const bool shown = settings.value(QStringLiteral("inspector/shown"), true).toBool();
  actions_->showInspector->setChecked(shown);
  setInspectorShown(shown);
  inspector_->setTab(Inspector::Tab(std::clamp(settings.value(QStringLiteral("inspector/tab")).toInt(), 0, 2)));
  connections_->restoreState(settings);
  sources_->restoreState(settings);
  const bool sourcesShown = settings.value(QStringLiteral("sources/shown"), true).toBool();
  actions_->showSources->setChecked(sourcesShown);
  sources_->setVisible(sourcesShown);
  if (!sourcesSplitter_->restoreState(settings.value(QStringLiteral("sources/split")).toByteArray())) {
    sourcesSplitter_->setSizes({sources_->sizeHint().width(), width() - sources_->sizeHint().width()});
  }
  const bool throttleShown = settings.value(QStringLiteral("throttle/shown"), false).toBool();
  throttleDock_->setVisible(throttleShown);
  actions_->throttleDock->setChecked(throttleShown);
  actions_->follow->setChecked(table_->isFollowing());
  actions_->exchangesPage->setChecked(true);
}

void MainWindow::saveState() {
  QSettings& settings = parts_.settings;
  settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
  settings.setValue(QStringLiteral("table/columns"), table_->columnsState());
  settings.setValue(QStringLiteral("inspector/right"), actions_->inspectorRight->isChecked());
  settings.setValue(QStringLiteral("inspector/shown"), actions_->showInspector->isChecked());
  connections_->saveState(settings);
  sources_->saveState(settings);
  settings.setValue(QStringLiteral("sources/shown"), actions_->showSources->isChecked());
  settings.setValue(QStringLiteral("sources/split"), sourcesSplitter_->saveState());
  settings.setValue(QStringLiteral("throttle/shown"), !throttleDock_->isHidden());
  settings.setValue(QStringLiteral("inspector/tab"), int(inspector_->tab()));
  const bool right = splitter_->orientation() == Qt::Horizontal;
  settings.setValue(right ? QStringLiteral("inspector/splitRight") : QStringLiteral("inspector/splitBelow"),
                    splitter_->saveState());
  settings.sync();
}

void MainWindow::setInspectorPosition(bool right) {
  splitter_->setOrientation(right ? Qt::Horizontal : Qt::Vertical);
  const auto saved =
      parts_.settings.value(right ? QStringLiteral("inspector/splitRight") : QStringLiteral("inspector/splitBelow"));
  if (splitter_->restoreState(saved.toByteArray()) &&
      splitter_->orientation() == (right ? Qt::Horizontal : Qt::Vertical))
    return;
  splitter_->setOrientation(right ? Qt::Horizontal : Qt::Vertical);
  const int whole = right ? width() : height();
  splitter_->setSizes({whole * kTableShare / 100, whole * (100 - kTableShare) / 100});
}

void MainWindow::setInspectorShown(bool shown) {
  actions_->showInspector->setChecked(shown);
  inspector_->setVisible(shown && !showsEmptyPage());
}

}  // namespace sluice::gui
