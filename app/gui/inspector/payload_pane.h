// The whole of one message or event: laid out where it is JSON, else as text, else byte by byte, with a search in it. What it is made
// into is made off the GUI thread. GUI thread.
#pragma once

#include <QWidget>
#include <functional>

#include "app/gui/text/background.h"
#include "app/gui/text/search_bar.h"
#include "app/gui/text/text_view.h"

namespace sluice::gui {

// As it is best read. Any thread.
DocumentPtr payloadDocument(QByteArray bytes);

class PayloadPane : public QWidget {
  Q_OBJECT
 public:
  explicit PayloadPane(const QString& name, QWidget* parent = nullptr);

  void clear();
  // `read` runs on another thread.
  void show(std::function<QByteArray()> read);
  // With this text marked in it, and its first place on view, unless the text is empty.
  void show(DocumentPtr document, const QString& marked);
  void openSearch() { search_->open(); }
  TextView& view() { return *view_; }

 private:
  TextView* view_;
  SearchBar* search_;
  Background reading_;
};

}  // namespace sluice::gui
