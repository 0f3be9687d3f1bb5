// Looks for a text in a TextView. GUI thread.
#pragma once

#include "app/gui/text/find_bar.h"
#include "app/gui/text/text_view.h"

namespace sluice::gui {

class SearchBar : public FindBar {
  Q_OBJECT
 public:
  explicit SearchBar(TextView& view, QWidget* parent = nullptr);

  // Shows it, with what is selected as the text to look for.
  void open() override;
  void close() override;
  void step(int direction) override;

 protected:
  void lookFor(const QString& text) override;

 private:
  void showFound();

  TextView& view_;
  qint64 current_ = -1;  // among the hits; -1: none yet
  qint64 origin_ = 0;    // the byte from which on the first hit is looked for
};

}  // namespace sluice::gui
