// A recorded body made ready to show: read and turned into a document on the history's thread, shown on the GUI thread.
#pragma once

#include <cstdint>

#include "app/gui/text/document.h"
#include "core/base/result.h"
#include "core/store/reader.h"

namespace sluice::gui {

enum class BodyForm { Automatic, Text, Hex };

struct BodyContent {
  DocumentPtr document;            // null: nothing was recorded
  BodyForm form = BodyForm::Text;  // what `document` is: Text or Hex
  std::uint64_t storedBytes = 0;
  std::uint64_t shownBytes = 0;  // fewer than stored over kShownBytesMax
};

// More than anybody reads; what is beyond can be saved or asked of the command line.
inline constexpr std::size_t kShownBytesMax = 1024 * 1024;

// History thread only. Automatic: text where the bytes look like it.
Result<BodyContent> readBody(store::Reader& reader, ExchangeId id, capture::Direction direction, BodyForm form);

}  // namespace sluice::gui
