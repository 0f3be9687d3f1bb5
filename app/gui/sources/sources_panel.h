// The sidebar: what there is to look at. Hosts and programs that are chosen narrow the table, beside what the filter field
// says; a saved filter goes to that field; a session opens. GUI thread.
#pragma once

#include <QSettings>
#include <QTreeView>

#include "app/gui/sources/source_counter.h"
#include "app/gui/sources/source_model.h"
#include "core/filter/expression.h"

namespace sluice::gui {

class SourcesPanel : public QTreeView {
  Q_OBJECT
 public:
  explicit SourcesPanel(History& history, QWidget* parent = nullptr);

  SourceModel& sources() { return *model_; }
  SourceCounter& counter() { return *counter_; }
  // What the chosen hosts and programs let through.
  filter::Node chosen() const;
  void keepFilter(const QString& text);
  void keepSession(const QString& file);
  void saveState(QSettings& settings) const;
  void restoreState(const QSettings& settings);
  QSize sizeHint() const override { return {210, 300}; }

 signals:
  void chosenChanged(const sluice::filter::Node& filter);
  void filterPicked(const QString& text);
  void sessionPicked(const QString& file);

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;
  void drawBranches(QPainter* painter, const QRect& area, const QModelIndex& index) const override;
  void keyPressEvent(QKeyEvent* event) override;
  void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;

 private:
  void pick(const QModelIndex& index);
  void forget(const QModelIndex& index);
  void showMenu(const QPoint& at);

  SourceCounter* counter_;
  SourceModel* model_;
  QStringList filters_;   // in order
  QStringList sessions_;  // the latest first
  filter::Node told_;
};

}  // namespace sluice::gui
