// Says why nothing can be recorded, while that is so: the disk is full, the history is locked, the disk fails. GUI thread.
#pragma once

#include <QObject>

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
  void show(EngineNotice notice);

  EngineNotice notice_;
  Code problem_ = Code::None;  // that the engine told of last
};

}  // namespace sluice::gui
