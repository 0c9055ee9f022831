#pragma once

#include <iosfwd>
#include <string_view>

namespace wdx::cli {

/// `openapi`: the document of `/api/schema/`, indented, for a server with default settings.  Needs no database.
/// @param generation  of watchdxg-core's tables: `v1`, `v2` or `v3`
void write_openapi(std::ostream& out, std::string_view generation);

}  // namespace wdx::cli
