#pragma once

#include "config/values.hpp"

#include <string>
#include <vector>

namespace wdx::config {

/// One `key = value` of a settings file.
struct TomlEntry {
    /// `unsupported`: a table, a float, a date, or an array of anything but texts.
    enum class Shape { text, integer, boolean, list, unsupported };

    std::string key;
    unsigned line = 0;  ///< counted from 1
    Shape shape = Shape::unsupported;
    std::string text;  ///< as an option reads it; a list's entries are joined by commas
};

/// Reads a settings file, whatever its keys.
/// @return the entries in the order of the file; or a fault, which gives the place of a syntax error but none of the
///         file's contents, since those may be secret
Parsed<std::vector<TomlEntry>> parse_toml(const std::string& document);

}  // namespace wdx::config
