#pragma once

#include "api/request/context.hpp"
#include "base/embedded.hpp"

#include <string_view>

namespace wdx::api {

/// How a file of a page is served.
struct FileOptions {
    std::string_view policy;                      ///< Content-Security-Policy
    std::string_view cache_control = "no-cache";  ///< browsers ask each time whether the file is still right
    std::string_view coding{};                    ///< that `contents` have: `br`, `gzip` or none
};

/// By the end of the name.
std::string_view media_type_of(std::string_view name);

/// 200 or 304 with that file.
/// @param name  decides the media type; the file's own name may end with the coding's suffix
/// @throws ApiError 412
http::Response serve_file(const Context& context, std::string_view name, const embedded::EmbeddedFile& file,
                          const FileOptions& options);

}  // namespace wdx::api
