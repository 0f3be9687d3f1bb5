// Named facts in groups, each value selectable, long ones wrapped anywhere. Keeps its widgets from one sheet to the
// next. Groups lie beside each other where there is room: what must be scrolled to is not seen. GUI thread.
#pragma once

#include <QGridLayout>
#include <QLabel>
#include <QTextEdit>
#include <QWidget>
#include <array>
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
  int columns() const { return columns_; }

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Line {
    QLabel* title;
    QLabel* name;
    QTextEdit* value;
  };
  Line& lineAt(std::size_t index);
  int columnsThatFit() const;
  void place();

  static constexpr int kColumnsMax = 3;
  std::array<QGridLayout*, kColumnsMax> grids_;
  std::vector<Line> lines_;
  std::vector<Fact> facts_;
  int columns_ = 1;
};

}  // namespace sluice::gui
