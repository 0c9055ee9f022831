#pragma once

#include <string_view>

namespace wdx::embedded {

/// A file that the build compiled into the program (see cmake/embed.cmake).
struct EmbeddedFile {
    std::string_view name;      ///< file name without its folder, e.g. `0001_initial.sql`
    std::string_view contents;  ///< its bytes, unchanged
    std::string_view sha256;    ///< of them, in hexadecimal
};

}  // namespace wdx::embedded
