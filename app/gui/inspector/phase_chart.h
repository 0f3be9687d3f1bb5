// Where the time of one exchange went: a bar for each phase, on one time axis. GUI thread.
#pragma once

#include <QWidget>
#include <vector>

#include "core/store/rows.h"

namespace sluice::gui {

struct Phase {
  enum class Kind { Lookup, Connect, Tls, Send, Wait, Receive, Tunnel } kind = Kind::Lookup;
  QString name;
  std::int64_t fromUs = 0;
  std::int64_t toUs = 0;
};

// The phases that took place, in order. Empty while an exchange runs. TLS handshakes that came before the request, because the
// connection behind CONNECT needed them, come first: then the axis begins with them.
std::vector<Phase> phasesOf(const store::ExchangeDetails& details);

class PhaseChart : public QWidget {
  Q_OBJECT
 public:
  explicit PhaseChart(QWidget* parent = nullptr);
  void setPhases(std::vector<Phase> phases);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  int lineHeight() const;

  std::vector<Phase> phases_;
};

}  // namespace sluice::gui
