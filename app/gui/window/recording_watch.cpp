#include "app/gui/window/recording_watch.h"

#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

EngineNotice noticeOf(const control::StatusSample& sample) {
  using Level = EngineNotice::Level;
  using Offer = EngineNotice::Offer;
  const QString why = visibleLine(sample.storeError);
  if (sample.storeErrorCode == Code::NoSpace) {
    return {Level::Warning, RecordingWatch::tr("The disk is full. Traffic goes on; what passes now may not be recorded."), why,
            Offer::ShowFolder};
  }
  if (sample.storeErrorCode == Code::DatabaseBusy) {
    return {Level::Warning,
            RecordingWatch::tr("Another program has locked the history. Traffic goes on; recording waits and resumes by itself."), why,
            Offer::ShowFolder};
  }
  return {Level::Bad, RecordingWatch::tr("Recording is paused. Traffic goes on; recording resumes by itself once this is over."), why,
          Offer::ShowFolder};
}

}  // namespace

RecordingWatch::RecordingWatch(EngineKeeper& keeper, QObject* parent) : QObject(parent) {
  connect(&keeper, &EngineKeeper::sampled, this, &RecordingWatch::take);
  connect(&keeper, &EngineKeeper::attached, this, [this, &keeper] {
    if (keeper.engineNote().isEmpty()) return;
    show({EngineNotice::Level::Warning, tr("The engine could not read everything at its start. What it left out is kept."),
          keeper.engineNote(), EngineNotice::Offer::ShowFolder});
  });
  connect(&keeper, &EngineKeeper::stateChanged, this, [this, &keeper] {
    if (keeper.state() == EngineState::Running) return;
    take({});
    cutBodies_.reset();
    saidCut_ = false;
  });
}

void RecordingWatch::dismiss() { show({}); }

void RecordingWatch::take(const control::StatusSample& sample) {
  const bool failed = sample.capture == control::CaptureState::Failed;
  // An older engine names no code.
  const Code problem = !failed ? Code::None : sample.storeErrorCode == Code::None ? Code::System : sample.storeErrorCode;
  if (problem != problem_) {
    problem_ = problem;
    show(failed ? noticeOf(sample) : EngineNotice());
  }
  takeCut(sample.cutBodies);
}

// Whoever has read it finds the count in the status bar. What an engine cut before this window came is no news.
void RecordingWatch::takeCut(std::uint64_t cutBodies) {
  const bool grew = cutBodies_ && cutBodies > *cutBodies_;
  cutBodies_ = cutBodies;
  if (!grew || saidCut_ || problem_ != Code::None) return;
  saidCut_ = true;
  show({EngineNotice::Level::Info,
        tr("The disk is slower than the traffic, which did not wait for it: the ends of some bodies were not kept."),
        tr("What was kept is shown, with the true size of the whole. Less of each body, or heads alone, keeps up more easily."),
        EngineNotice::Offer::ShowPreferences});
}

void RecordingWatch::show(EngineNotice notice) {
  if (notice == notice_) return;
  notice_ = std::move(notice);
  emit noticeChanged();
}

}  // namespace sluice::gui
