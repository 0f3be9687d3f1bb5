// The CA and who trusts it: what is so at each place of this machine, a button each to change it and to take it back, the same by hand, and
// how phones get there. Looks again whenever something was changed. GUI thread; the system's tools run on another, and a dialog that is
// closed does not wait for them.
#pragma once

#include <QDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <optional>
#include <vector>

#include "app/gui/text/background.h"
#include "app/gui/trust/authority_facts.h"

namespace sluice::gui {

class AuthorityDialog : public QDialog {
  Q_OBJECT
 public:
  AuthorityDialog(std::filesystem::path dataDir, QWidget* parent);
  // As they were last found; while something is under way, none can be changed.
  const std::vector<platform::TrustPlace>& places() const { return places_; }
  bool isBusy() const { return busy_; }
  // Of the place in that row.
  QPushButton& button(std::size_t row) { return *buttons_.at(row); }
  QPushButton& lookAgainButton() { return *again_; }
  QString message() const { return message_->text(); }
  QString commands() const { return commands_->text(); }
  void saveTo(const QString& file);

  void lookAgain();

 private:
  QWidget* makeHead();
  QWidget* makeByHand();
  void showPlaces(std::vector<platform::TrustPlace> places);
  void addPlace(int row, const platform::TrustPlace& place);
  void change(const platform::TrustPlace& place);
  void changed(const platform::TrustPlace& place, const Result<void>& outcome);
  void setBusy(bool busy);
  void say(const QString& text, bool isProblem);
  void save();

  // Immutable after construction.
  const std::filesystem::path dataDir_;
  std::optional<AuthorityFacts> facts_;

  Background tools_{this};
  std::vector<platform::TrustPlace> places_;
  std::vector<QPushButton*> buttons_;
  QWidget* list_ = nullptr;
  QGridLayout* grid_ = nullptr;
  QLabel* message_ = nullptr;
  QLineEdit* commands_ = nullptr;
  QPushButton* again_ = nullptr;
  bool busy_ = false;
};

}  // namespace sluice::gui
