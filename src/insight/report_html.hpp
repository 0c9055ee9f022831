#pragma once

#include <string>
#include <string_view>

namespace wdx::insight {

/// A report as one HTML file that needs nothing else and runs nothing: everything of the report as tables, then the
/// JSON itself, whose text is `report` byte by byte.  Whatever stands in it is text: there are no links, no images, no
/// scripts, and a policy in the file says so to the browser that opens the saved copy.
/// @param report  compact JSON of the shape in docs/evidence.md
/// @param sha256  its hash, shown as it is
/// @throws std::runtime_error when `report` is no JSON
/// Source: WHATWG HTML, section 13.3, "Serializing HTML fragments" (which characters are escaped).
std::string render_report_html(std::string_view report, std::string_view sha256);

}  // namespace wdx::insight
