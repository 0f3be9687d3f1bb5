#include "app/gui/preferences/shortcuts.h"

#include "app/gui/text/translate.h"

namespace sluice::gui {
namespace {

constexpr auto kUsualKeys = "usualKeys";

QString settingOf(const QAction& action) {
  // A slash would begin a group of the settings.
  return QStringLiteral("shortcuts/") + usualKeys(action).toString(QKeySequence::PortableText).replace(u'/', u'_');
}

void setKeys(QAction& action, const QKeySequence& keys) {
  action.setShortcut(keys);
  nameWithKeys(action);
}

// A letter alone, or with Shift, is what people type; keys that move about belong to tables and texts.
bool isForTyping(const QKeySequence& keys) {
  const QKeyCombination first = keys[0];
  const auto modifiers = first.keyboardModifiers() & ~Qt::KeypadModifier;
  if (modifiers != Qt::NoModifier && modifiers != Qt::ShiftModifier) return false;
  return first.key() < Qt::Key_F1 || first.key() > Qt::Key_F35;
}

bool clash(const QKeySequence& a, const QKeySequence& b) {
  return !a.isEmpty() && !b.isEmpty() && (a.matches(b) != QKeySequence::NoMatch || b.matches(a) != QKeySequence::NoMatch);
}

}  // namespace

void setUsualKeys(QAction& action, const QKeySequence& keys) {
  action.setProperty(kUsualKeys, QVariant::fromValue(keys));
  setKeys(action, keys);
}

QKeySequence usualKeys(const QAction& action) { return action.property(kUsualKeys).value<QKeySequence>(); }

void loadShortcuts(const QList<QAction*>& actions, const QSettings& settings) {
  for (QAction* action : actions) {
    const QVariant chosen = settings.value(settingOf(*action));
    if (chosen.isValid()) setKeys(*action, QKeySequence::fromString(chosen.toString(), QKeySequence::PortableText));
  }
}

void chooseShortcut(QAction& action, const QKeySequence& keys, QSettings& settings) {
  setKeys(action, keys);
  if (keys == usualKeys(action)) settings.remove(settingOf(action));
  else settings.setValue(settingOf(action), keys.toString(QKeySequence::PortableText));
}

QString shortcutProblem(const QAction& action, const QKeySequence& keys, const QList<QAction*>& actions, const QList<QAction*>& menus) {
  if (keys.isEmpty()) return {};
  const QString shown = keys.toString(QKeySequence::NativeText);
  if (isForTyping(keys)) return tr("%1 alone is for typing and moving about: add Ctrl or Alt").arg(shown);
  for (const QAction* other : actions) {
    if (other != &action && clash(keys, other->shortcut())) return tr("%1 is what \"%2\" is done with").arg(shown, plainName(*other));
  }
  for (const QAction* menu : menus) {
    if (clash(keys, QKeySequence::mnemonic(menu->text()))) return tr("%1 opens the menu \"%2\"").arg(shown, plainName(*menu));
  }
  return {};
}

void nameWithKeys(QAction& action) {
  const QString name = plainName(action), keys = action.shortcut().toString(QKeySequence::NativeText);
  action.setToolTip(keys.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, keys));
}

QString plainName(const QAction& action) { return QString(action.text()).remove(u'&'); }

}  // namespace sluice::gui
