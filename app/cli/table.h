// Rows of text in aligned columns, for people. Widths are counted in characters, not bytes. Any thread.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

class Table {
 public:
  enum class Align { Left, Right };
  struct Column {
    std::string title;
    Align align = Align::Left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // REQUIRES: as many cells as columns, each of them visibleLine() text.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Titles and rows, each ending with a line end; the last column is not padded.
  std::string text() const;

 private:
  std::vector<std::size_t> widths() const;
  void appendRow(std::string& out, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sluice::cli
