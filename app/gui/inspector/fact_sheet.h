// Named facts in groups, each value selectable, long ones wrapped anywhere. Keeps its widgets from one sheet to the
// next. GUI thread.
#pragma once

#include <QGridLayout>
#include <QLabel>
#include <QTextEdit>
#include <QWidget>
#include <vector>

namespace sluice::gui {

struct Fact {
  QString name;  // empty: `value` is the title of a group
  QString value;
  enum class Tone { Plain, Good, Redirect, Warning, Bad } tone = Tone::Plain;
};

class FactSheet : public QWidget {
  Q_OBJECT
 public:
  explicit FactSheet(QWidget* parent = nullptr);
  void setFacts(const std::vector<Fact>& facts);
  // For tests and for copying: "Name: value" a line.
  QString text() const;

 private:
  struct Line {
    QLabel* title;
    QLabel* name;
    QTextEdit* value;
  };
  Line& lineAt(std::size_t index);

  QGridLayout* grid_;
  std::vector<Line> lines_;
  std::vector<Fact> facts_;
};

}  // namespace sluice::gui
