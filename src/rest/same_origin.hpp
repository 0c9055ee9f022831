#pragma once

#include "http/message.hpp"

#include <optional>
#include <string>

namespace wdx::rest {

/// Whether a request was sent by a page of this server itself: `Origin` decides, else `Sec-Fetch-Site: same-origin`.
/// The server knows its own origin by the Host header, and by whether the client came by https.
/// @return nullopt when it was; else why not, in a sentence for whoever runs the server: behind a proxy it names the
///         setting that is missing
/// Source: RFC 6454, section 7; W3C Fetch Metadata, section 2.1.
std::optional<std::string> find_foreign_origin(const http::Request& request);

}  // namespace wdx::rest
