// The icons of actions, drawn rather than stored: sharp at every scale, in the colours of whatever palette is current.
// GUI thread.
#pragma once

#include <QIcon>

#include "core/base/annotation.h"

namespace sluice::gui {

enum class Glyph {
  Start,
  Stop,
  Restart,
  Follow,
  Copy,
  Deselect,
  InspectorBelow,
  InspectorRight,
  Columns,
  Info,
  Warning,
  Error,
  Close,
  Up,
  Down,
  Record,
  Throttle,
  Trash,
  Chart,
  Connections,
  Filter,
  Globe,
  Lock,
  Sidebar,
  Save,
  Open,
  Terminal
};

QIcon icon(Glyph glyph);
// A dot in the colour.
QIcon markIcon(Mark mark);

// The application's own icon, all sizes.
QIcon applicationIcon();

}  // namespace sluice::gui
