// Finds a text in the bytes of a document, off the GUI thread, and tells what it has found so far while it goes on.
// Letters of ASCII match in either case. GUI thread.
#pragma once

#include <QObject>
#include <vector>

#include "app/gui/text/background.h"
#include "app/gui/text/document.h"

namespace sluice::gui {

class TextSearch : public QObject {
  Q_OBJECT
 public:
  // More than anybody steps through.
  static constexpr qsizetype kHitsMax = 100'000;

  explicit TextSearch(QObject* parent = nullptr);

  // An empty text finds nothing.
  void start(DocumentPtr document, const QString& text);
  const QString& text() const { return text_; }

  // Bytes at which it was found, rising.
  const std::vector<qint64>& hits() const { return hits_; }
  qint64 hitBytes() const { return needle_.size(); }
  bool isWhole() const { return whole_; }
  bool isFull() const { return qsizetype(hits_.size()) >= kHitsMax; }

 signals:
  void changed();

 private:
  struct Walk;

  QString text_;
  QByteArray needle_;
  std::vector<qint64> hits_;
  bool whole_ = true;
  Background background_;
};

}  // namespace sluice::gui
