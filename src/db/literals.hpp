#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wdx::db {

/// A statement with its values in it, for commands that take no parameters (COPY).
/// @param sql       one of ours: each `$n` outside of quotes stands for a value; there are no comments, `E''` or `$$`
/// @param literals  the values as SQL: what PQescapeLiteral made, or NULL.  What they contain is not looked at again
/// @throws std::logic_error when the statement asks for a value that is not there
std::string with_literals(std::string_view sql, std::span<const std::string> literals);

}  // namespace wdx::db
