#pragma once

#include <string>
#include <vector>

namespace wdx::db {

/// `{"a","b"}`, for a parameter of the type text[].
/// Source: PostgreSQL manual, 8.15.2 "Array Value Input".
std::string text_array(const std::vector<std::string>& texts);

}  // namespace wdx::db
