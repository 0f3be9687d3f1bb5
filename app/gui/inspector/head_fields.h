// The parts of a message head that people look for: fields, the query of the target, cookies. Lenient: a head that no
// parser would take is still a list of lines. Values are safe to show. Pure. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/gui/inspector/body_kind.h"

namespace sluice::gui {

// In the order in which they came, without the start line.
std::vector<NamedValue> headFields(std::string_view head);
// The value of the first field of this name as it came; several are joined by ", ".
std::string fieldValue(std::string_view head, std::string_view name);
// Whether a body follows this head of a request (RFC 9112 section 6).
bool announcesBody(std::string_view head);
// Of the target in a request's start line.
std::vector<NamedValue> queryFields(std::string_view head);
// A request's Cookie fields, or a response's Set-Cookie fields with their attributes (RFC 6265).
std::vector<NamedValue> cookieFields(std::string_view head, bool request);

}  // namespace sluice::gui
