#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wdx::base {

/// Control characters (U+0000 to U+001F, U+007F) as `\xNN`, so that foreign text can neither start a line of its own
/// nor steer a terminal.  Everything else stays as it is, also bytes that are not UTF-8.
std::string escape_controls(std::string_view text);

/// Foreign text as it may be stored: at most `characters` code points (an escape or a replacement may add a few), each
/// malformed byte of UTF-8 as U+FFFD, control characters as `escape_controls` has them.
std::string safe_text(std::string_view text, std::size_t characters);

/// UTF-8 as every encoding can hold it: each character beyond ASCII as `?`.
std::string ascii_text(std::string_view text);

}  // namespace wdx::base
