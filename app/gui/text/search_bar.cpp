#include "app/gui/text/search_bar.h"

#include <algorithm>

namespace sluice::gui {
namespace {
constexpr qsizetype kSelectionMax = 256;  // that somebody means to look for
}

SearchBar::SearchBar(TextView& view, QWidget* parent) : FindBar(tr("Find in this text"), parent), view_(view) {
  connect(&view_.search(), &TextSearch::changed, this, &SearchBar::showFound);
  connect(&view_, &TextView::findRequested, this, &SearchBar::open);
}

void SearchBar::open() {
  const QString selected = view_.hasSelection() ? view_.selectedText(kSelectionMax) : QString();
  const bool usable = selected.size() < kSelectionMax && !selected.contains(u'\n');
  openWith(usable ? selected : QString());
}

void SearchBar::close() {
  FindBar::close();
  view_.search().start(nullptr, {});
  view_.setFocus(Qt::OtherFocusReason);
}

void SearchBar::lookFor(const QString& text) {
  current_ = -1;
  origin_ = view_.searchOrigin();
  view_.search().start(view_.document(), text);
}

void SearchBar::showFound() {
  const TextSearch& search = view_.search();
  const auto& hits = search.hits();
  if (!isVisible() && hits.empty()) return;
  if (current_ >= qint64(hits.size())) current_ = -1;
  // The first one from here on; when there is none, the first of all.
  if (current_ < 0 && !hits.empty() && (hits.back() >= origin_ || search.isWhole())) {
    const auto first = std::lower_bound(hits.begin(), hits.end(), origin_);
    current_ = first == hits.end() ? 0 : first - hits.begin();
    view_.reveal(hits[std::size_t(current_)], hits[std::size_t(current_)] + search.hitBytes());
  }
  showCount(current_, qint64(hits.size()), search.isWhole() && !search.isFull());
}

void SearchBar::step(int direction) {
  const auto& hits = view_.search().hits();
  if (hits.empty()) return;
  const auto count = qint64(hits.size());
  current_ = (std::max<qint64>(current_, 0) + direction + count) % count;
  view_.reveal(hits[std::size_t(current_)], hits[std::size_t(current_)] + view_.search().hitBytes());
  showFound();
}

}  // namespace sluice::gui
