#include "app/gui/window/annotations.h"

#include <algorithm>

#include "app/gui/window/comment_dialog.h"

namespace sluice::gui {
namespace {

constexpr std::size_t kAtMost = 100'000;  // some seconds of the engine's time; whoever wants more has slipped

}  // namespace

Annotations::Annotations(EngineKeeper& keeper, ExchangeModel& model, ExchangeTable& table, QWidget* window)
    : QObject(window), keeper_(keeper), model_(model), table_(table), window_(window) {}

const store::ExchangeRow* Annotations::currentRow() const {
  const ExchangeId id = table_.currentId();
  return id ? model_.rowAt(model_.rowOf(id)) : nullptr;
}

void Annotations::toggle(Mark mark) {
  const store::ExchangeRow* row = currentRow();
  annotate({row != nullptr && row->mark == mark ? Mark::None : mark, std::nullopt});
}

void Annotations::askForComment() {
  const int count = table_.selectedCount();
  if (count == 0) return;
  const store::ExchangeRow* row = currentRow();
  const QString now = row == nullptr ? QString() : QString::fromUtf8(row->comment.data(), qsizetype(row->comment.size()));
  auto* dialog = new CommentDialog(now, count, window_);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &CommentDialog::given, this, &Annotations::comment);
  dialog->open();
}

void Annotations::comment(const QString& text) {
  annotate({std::nullopt, text.toStdString()});
  if (!text.isEmpty()) emit commented();
}

void Annotations::annotate(const Annotation& annotation) {
  const int count = table_.selectedCount();
  if (count == 0) return;
  if (!keeper_.link().isAttached()) return emit said(tr("No engine is running"));
  if (std::size_t(count) > kAtMost) return emit said(tr("At most %L1 exchanges at once").arg(kAtMost));
  const auto ids = table_.selectedIds(kAtMost);
  for (std::size_t at = 0; at < ids.size(); at += kAnnotatedAtOnceMax) {
    const auto begin = ids.begin() + std::ptrdiff_t(at);
    const auto part = std::min(kAnnotatedAtOnceMax, ids.size() - at);
    keeper_.link().annotate({begin, begin + std::ptrdiff_t(part)}, annotation);
  }
}

}  // namespace sluice::gui
