#include "app/gui/look/colors.h"

#include <QString>

namespace sluice::gui {
namespace {

// Every text colour reaches a contrast of 4.5 : 1 on `base` and on `selection`; `faint` is for what may be missed.
Colors lightColors() {
  Colors c;
  c.window = "#f4f5f7";
  c.base = "#ffffff";
  c.alternateBase = "#f8f9fb";
  c.text = "#1b1f24";
  c.muted = "#5b636e";
  c.faint = "#8b939e";
  c.border = "#dadee4";
  c.outline = "#b6bdc7";
  c.accent = "#0b66c3";
  c.accentText = "#ffffff";
  c.selection = "#d8e8fa";
  c.selectionIdle = "#e6eaef";
  c.good = "#14713f";
  c.redirect = "#0b5fb5";
  c.warning = "#8f4b00";
  c.bad = "#bf1f2b";
  c.tunnel = "#6544b8";
  c.running = "#0a6a75";
  c.marks = {QColor(), "#d92c3a", "#e07a10", "#c9a400", "#2c9a57", "#2a78d6", "#8b5ad6"};
  c.hit = "#ffe08a";
  c.bannerInfo = "#e3effc";
  c.bannerWarning = "#fdf0d5";
  c.bannerBad = "#fce4e4";
  return c;
}

Colors darkColors() {
  Colors c;
  c.window = "#1e2126";
  c.base = "#16181c";
  c.alternateBase = "#1a1d21";
  c.text = "#e4e7eb";
  c.muted = "#a0a8b3";
  c.faint = "#737b87";
  c.border = "#31363e";
  c.outline = "#4a515c";
  c.accent = "#5aa9ff";
  c.accentText = "#0d1116";
  c.selection = "#1f3d61";
  c.selectionIdle = "#2a2f37";
  c.good = "#5bd08f";
  c.redirect = "#7db9ff";
  c.warning = "#f5b04a";
  c.bad = "#ff8087";
  c.tunnel = "#b9a3ff";
  c.running = "#5ccfdb";
  c.marks = {QColor(), "#ff6b74", "#ff9f45", "#e8cc4a", "#4fc983", "#62a8ff", "#b995ff"};
  c.hit = "#6b5412";
  c.bannerInfo = "#1c3148";
  c.bannerWarning = "#40331a";
  c.bannerBad = "#472428";
  return c;
}

}  // namespace

const Colors& colorsOf(Scheme scheme) {
  static const Colors light = lightColors();
  static const Colors dark = darkColors();
  return scheme == Scheme::Light ? light : dark;
}

const Colors& colorsOf(const QPalette& palette) { return colorsOf(schemeOf(palette)); }

Scheme schemeOf(const QPalette& palette) {
  const bool dark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
  return dark ? Scheme::Dark : Scheme::Light;
}

QPalette paletteOf(Scheme scheme) {
  const Colors& c = colorsOf(scheme);
  const bool light = scheme == Scheme::Light;
  QPalette palette;
  palette.setColor(QPalette::Window, c.window);
  palette.setColor(QPalette::WindowText, c.text);
  palette.setColor(QPalette::Base, c.base);
  palette.setColor(QPalette::AlternateBase, c.alternateBase);
  palette.setColor(QPalette::Text, c.text);
  palette.setColor(QPalette::PlaceholderText, c.faint);
  palette.setColor(QPalette::Button, light ? QColor("#fbfbfc") : QColor("#2a2e35"));
  palette.setColor(QPalette::ButtonText, c.text);
  palette.setColor(QPalette::BrightText, c.bad);
  palette.setColor(QPalette::ToolTipBase, light ? QColor("#ffffff") : QColor("#2a2e35"));
  palette.setColor(QPalette::ToolTipText, c.text);
  palette.setColor(QPalette::Highlight, c.accent);
  palette.setColor(QPalette::HighlightedText, c.accentText);
  palette.setColor(QPalette::Link, c.redirect);
  palette.setColor(QPalette::LinkVisited, c.tunnel);
  palette.setColor(QPalette::Light, light ? QColor("#ffffff") : QColor("#383d46"));
  palette.setColor(QPalette::Midlight, light ? QColor("#eceef1") : QColor("#30343c"));
  palette.setColor(QPalette::Mid, c.border);
  palette.setColor(QPalette::Dark, light ? QColor("#b6bdc7") : QColor("#0f1114"));
  palette.setColor(QPalette::Shadow, light ? QColor("#8b939e") : QColor("#08090b"));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, c.faint);
  }
  palette.setColor(QPalette::Disabled, QPalette::Highlight, c.selectionIdle);
  palette.setColor(QPalette::Disabled, QPalette::HighlightedText, c.muted);
  return palette;
}

QString styleSheetOf(Scheme scheme) {
  const Colors& c = colorsOf(scheme);
  QString sheet = QStringLiteral(R"(
    QToolBar { border: none; border-bottom: 1px solid $border; padding: 3px 6px; spacing: 2px; }
    QToolBar::separator { background: $border; width: 1px; margin: 5px 6px; }
    QToolBar QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 3px 7px; }
    QToolBar QToolButton[toolButtonStyle="2"], QToolBar QToolButton[toolButtonStyle="ToolButtonTextBesideIcon"] {
      padding-left: 8px; padding-right: 2px; }
    QToolBar QToolButton:hover { background: $hover; }
    QToolBar QToolButton:pressed { background: $idle; }
    QToolBar QToolButton:checked { background: $selection; }
    QToolBar QToolButton:focus { border-color: $accent; }
    QToolBar QToolButton::menu-button { border: none; border-radius: 4px; width: 15px; }
    QToolBar QToolButton::menu-button:hover { background: $idle; }
    QToolBar QToolButton#qt_toolbar_ext_button { padding: 0; }
    QMenuBar { border: none; padding: 1px 4px; }
    QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
    QMenuBar::item:selected { background: $hover; }
    QStatusBar { border-top: 1px solid $border; }
    QStatusBar::item { border: none; }
    QHeaderView { background: $window; border: none; }
    QHeaderView::section { background: $window; color: $muted; border: none; padding: 4px 8px;
      border-bottom: 1px solid $border; border-right: 1px solid $border; }
    QHeaderView::section:first, QHeaderView::section:only-one { padding-left: 12px; }
    QHeaderView::section:hover { background: $hover; }
    QTableView { border: none; }
    QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
    QSlider::sub-page:horizontal { border-radius: 2px; background: $accent; }
    QSlider::sub-page:horizontal:disabled { background: $border; }
    QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; border: 1px solid $knobEdge;
      background: $knob; }
    QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { border-color: $accent; }
    QSlider::handle:horizontal:disabled { background: $border; border-color: $border; }
    QSplitter::handle { background: $border; }
    QSplitter::handle:hover, QMainWindow::separator:hover { background: $accent; }
    QMainWindow::separator { background: $border; width: 1px; height: 1px; }
    QTabWidget::pane { border: none; border-top: 1px solid $border; }
    QTabBar { background: transparent; outline: none; }
    QTabBar::tab { padding: 6px 12px 5px 12px; margin: 0; border: none; border-bottom: 2px solid transparent;
      color: $muted; background: transparent; }
    QTabBar::tab:hover { color: $text; }
    QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
    QTabBar::tab:focus { color: $accent; background: $hover; }
    QScrollBar { background: transparent; border: none; }
    QScrollBar:vertical { width: 11px; }
    QScrollBar:horizontal { height: 11px; }
    QScrollBar::handle { background: $handle; border-radius: 3px; margin: 2px; }
    QScrollBar::handle:hover { background: $faint; }
    QScrollBar::handle:vertical { min-height: 28px; }
    QScrollBar::handle:horizontal { min-width: 28px; }
    QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
    QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
    QAbstractScrollArea::corner { background: transparent; border: none; }
    QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
    QToolTip { border: 1px solid $border; padding: 3px 5px; color: $text; background: $window; }
  )");
  const QColor hover = scheme == Scheme::Light ? QColor("#e9ecf0") : QColor("#2a2f36");
  const QColor handle = scheme == Scheme::Light ? QColor("#c6ccd4") : QColor("#434a55");
  const QColor knob = scheme == Scheme::Light ? QColor("#ffffff") : QColor("#c3c9d1");
  const QColor knobEdge = scheme == Scheme::Light ? c.faint : knob;
  // A name that begins with another one comes before it.
  const std::pair<const char*, QColor> names[] = {{"$knobEdge", knobEdge},    {"$knob", knob},
                                                  {"$border", c.border},      {"$handle", handle},
                                                  {"$faint", c.faint},        {"$hover", hover},
                                                  {"$idle", c.selectionIdle}, {"$selection", c.selection},
                                                  {"$accent", c.accent},      {"$window", c.window},
                                                  {"$muted", c.muted},        {"$text", c.text}};
  for (const auto& [name, color] : names) sheet.replace(QLatin1String(name), color.name());
  return sheet;
}

}  // namespace sluice::gui
