#include "app/cli/table.h"

#include <algorithm>

namespace sluice::cli {
namespace {

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

}  // namespace

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) widths.push_back(characters(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
  }
  return widths;
}

void Table::appendRow(std::string& out, const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths) const {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    const std::string padding(widths[i] - characters(cells[i]), ' ');
    if (columns_[i].align == Align::Right) out += padding;
    out += cells[i];
    if (columns_[i].align == Align::Left && !last) out += padding;
    if (!last) out += "  ";
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out += '\n';
}

std::string Table::text() const {
  const auto columnWidths = widths();
  std::vector<std::string> titles;
  for (const auto& column : columns_) titles.push_back(column.title);
  std::string out;
  appendRow(out, titles, columnWidths);
  for (const auto& row : rows_) appendRow(out, row, columnWidths);
  return out;
}

}  // namespace sluice::cli
