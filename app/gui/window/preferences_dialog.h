// What the user decides once: how the window looks and speaks, and where the engine listens. Reads and writes the
// settings; whoever opened it acts on what has changed. GUI thread.
#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSettings>
#include <optional>

#include "app/gui/look/colors.h"

class QFormLayout;

namespace sluice::gui {

// Where they lie in the settings.
inline constexpr auto kSchemeKey = "look/scheme";      // "light", "dark"; else as the system
inline constexpr auto kLanguageKey = "look/language";  // "en", "de"; else as the system
inline constexpr auto kListenKey = "engine/listen";    // --listen values; empty: the engine's own choice

std::optional<Scheme> schemeOf(const QSettings& settings);
QLocale localeOf(const QSettings& settings);

// What is wrong with one --listen value; empty: nothing that can be seen from here.
QString listenProblem(const QString& spec);

class PreferencesDialog : public QDialog {
  Q_OBJECT
 public:
  PreferencesDialog(QSettings& settings, QWidget* parent);

  QComboBox& scheme() { return *scheme_; }
  QPlainTextEdit& listen() { return *listen_; }
  QString problem() const { return problem_->text(); }
  // Writes what has changed and closes, unless something is wrong.
  void accept() override;

 signals:
  void schemeChanged();
  void listenChanged();

 private:
  QComboBox* addChoice(const QString& name, const QList<QPair<QString, QString>>& choices, const QString& current,
                       QFormLayout& form);
  QStringList listenLines() const;

  QSettings& settings_;
  QComboBox* scheme_;
  QComboBox* language_;
  QPlainTextEdit* listen_;
  QLabel* problem_;
};

}  // namespace sluice::gui
