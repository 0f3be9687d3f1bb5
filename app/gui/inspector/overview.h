// The facts of one exchange, in words. Pure, on the GUI thread for its translations.
#pragma once

#include <vector>

#include "app/gui/inspector/fact_sheet.h"
#include "core/store/rows.h"

namespace sluice::gui {

std::vector<Fact> overviewOf(const store::ExchangeDetails& details);

}  // namespace sluice::gui
