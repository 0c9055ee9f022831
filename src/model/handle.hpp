#pragma once

#include <string>
#include <string_view>

namespace wdx::model {

/// What begins a handle where people write one: `@`, also in its full-width and small forms.
inline constexpr std::u32string_view kAtSigns = U"@\uFF20\uFE6B";

/// A handle as X means it, of one that was typed or pasted: without leading `@`, blanks around it, line breaks and
/// invisible characters.  Its case stays as it is; X does not mind it.
std::string plain_handle(std::string_view text);

}  // namespace wdx::model
