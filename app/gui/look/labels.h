// Small widgets that every page needs, made the same way everywhere: plain text only, colours from the palette. GUI
// thread.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>

namespace sluice::gui {

// Quieter than other text: hints, units, names of facts.
QLabel* mutedLabel(const QString& text, QWidget* parent);
// What is wrong, beneath where it was typed.
QLabel* problemLabel(QWidget* parent);
// In the middle of an empty page.
QLabel* hintLabel(QWidget* parent);
// One line that gives way to a narrow window: cut with an ellipsis, whole in the tooltip.
QLabel* elidedLabel(QWidget* parent);
// The one that closes a dialog speaks the language of the window, and Enter belongs to what is typed into.
void nameCloseButton(QPushButton& button);
QFrame* separatorLine(QWidget* parent);
// The text of a widget in this colour, whatever role its kind takes it from.
void setTextColor(QWidget& widget, const QColor& color);

}  // namespace sluice::gui
