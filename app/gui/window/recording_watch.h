// Says why nothing can be recorded, while that is so: the disk is full, the history is locked, the disk fails; and, once, that the ends of
// bodies are not kept because the disk is slower than the traffic, and what the engine could not read at its start. GUI thread.
#pragma once

#include <QObject>
#include <optional>

#include "app/gui/engine/engine_keeper.h"

namespace sluice::gui {

class RecordingWatch : public QObject {
  Q_OBJECT
 public:
  explicit RecordingWatch(EngineKeeper& keeper, QObject* parent);

  // An empty text: all is well, or the user has read it.
  const EngineNotice& notice() const { return notice_; }
  // Until there is other news.
  void dismiss();

 signals:
  void noticeChanged();

 private:
  void take(const control::StatusSample& sample);
  void takeCut(std::uint64_t cutBodies);
  void show(EngineNotice notice);

  EngineNotice notice_;
  Code problem_ = Code::None;  // that the engine told of last
  std::optional<std::uint64_t> cutBodies_;  // likewise; none: it has told of nothing yet
  bool saidCut_ = false;
};

}  // namespace sluice::gui
