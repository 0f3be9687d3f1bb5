// The keys of actions: as the program has them, or as the user chose. GUI thread.
#pragma once

#include <QAction>
#include <QList>
#include <QSettings>

namespace sluice::gui {

// Every action's keys at its making are its usual ones; they also name it in the settings.
void setUsualKeys(QAction& action, const QKeySequence& keys);
QKeySequence usualKeys(const QAction& action);

// As the settings have them. What is not there keeps its usual keys.
void loadShortcuts(const QList<QAction*>& actions, const QSettings& settings);
// REQUIRES: shortcutProblem() has nothing against it. Empty keys: none.
void chooseShortcut(QAction& action, const QKeySequence& keys, QSettings& settings);

// Why these keys cannot be this action's: another action has them, or they begin or go on as another's do, or a menu opens with
// them, or they are for typing. Empty: they can. `menus`: the entries of the menu bar.
QString shortcutProblem(const QAction& action, const QKeySequence& keys, const QList<QAction*>& actions, const QList<QAction*>& menus);

// The tooltip: its name and its keys. After either has changed.
void nameWithKeys(QAction& action);

// "Copy URL", without the mark of its key in a menu.
QString plainName(const QAction& action);

}  // namespace sluice::gui
