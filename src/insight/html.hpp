#pragma once

#include <string>
#include <string_view>

namespace wdx::insight {

// Foreign text in HTML.  All of these append to `html`.

/// As text between tags or in an attribute; line ends survive.
void append_escaped(std::string& html, std::string_view text);

/// Isolated, so that its direction changes nothing around it.
void append_isolated(std::string& html, std::string_view text);

/// As a block of its own with its line breaks, each paragraph in its own direction.
void append_block(std::string& html, std::string_view text);

}  // namespace wdx::insight
