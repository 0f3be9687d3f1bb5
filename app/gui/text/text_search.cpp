#include "app/gui/text/text_search.h"

#include <algorithm>
#include <cstring>

namespace sluice::gui {
namespace {

constexpr qint64 kPieceBytes = 1024 * 1024;

char lowered(char c) { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; }

}  // namespace

struct TextSearch::Walk {
  DocumentPtr document;
  QByteArray needle;  // in small letters
  qint64 at = 0;

  // The hits that begin in the next piece.
  std::vector<qint64> step() {
    const QByteArray& bytes = document->bytes();
    const qint64 end = std::min<qint64>(bytes.size(), at + kPieceBytes);
    QByteArray piece = bytes.sliced(at, std::min<qint64>(bytes.size(), end + needle.size() - 1) - at);
    std::transform(piece.cbegin(), piece.cend(), piece.begin(), lowered);
    std::vector<qint64> hits;
    for (auto found = piece.indexOf(needle); found >= 0 && at + found < end && hits.size() < std::size_t(kHitsMax);) {
      hits.push_back(at + found);
      found = piece.indexOf(needle, found + needle.size());
    }
    at = end;
    return hits;
  }
};

TextSearch::TextSearch(QObject* parent) : QObject(parent), background_(this) {}

void TextSearch::start(DocumentPtr document, const QString& text) {
  background_.cancel();
  text_ = text;
  needle_ = text.toUtf8();
  std::transform(needle_.cbegin(), needle_.cend(), needle_.begin(), lowered);
  hits_.clear();
  whole_ = document == nullptr || needle_.isEmpty();
  emit changed();
  if (whole_) return;
  background_.start([this, walk = Walk{std::move(document), needle_}]() mutable -> Background::Piece {
    auto hits = walk.step();
    const bool whole = walk.at >= walk.document->bytes().size();
    return {[this, hits = std::move(hits), whole] {
              // A hit that overlaps the last one of the piece before is none.
              for (const qint64 hit : hits) {
                if (!isFull() && (hits_.empty() || hit >= hits_.back() + needle_.size())) hits_.push_back(hit);
              }
              whole_ = whole || isFull();
              if (whole_) background_.cancel();
              emit changed();
            },
            !whole};
  });
}

}  // namespace sluice::gui
