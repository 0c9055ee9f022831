#pragma once

#include <string>
#include <string_view>

namespace wdx::store {

// Handles that the core has stored, read as `model::plain_handle` reads those that people type.

/// A pattern of what is removed of a stored handle wherever it is.
std::string nowhere_pattern();

/// A pattern of what is removed at its ends.  A plain blank at the end of a stored handle stays: the original tells `a`
/// and `a ` apart, and the recorded cases do.
std::string outside_pattern();

/// SQL: a stored handle without all of that, and without blanks at its ends.
/// @param handle  SQL, a text
std::string plain_handle_sql(std::string_view handle);

}  // namespace wdx::store
