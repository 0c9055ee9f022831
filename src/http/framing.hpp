#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wdx::http {

/// Why a request's head is not served.
struct HeadFault {
    unsigned status;          ///< 400, 414, 431 or 505
    std::string_view detail;  ///< for the client
};

struct HeadLimits {
    std::size_t request_line = 8 * 1024;  ///< bytes, without its line end
    std::size_t headers = 16 * 1024;      ///< bytes of all field lines
};

/// Checks the framing of a request's head before anything interprets it, so that no proxy in front can understand it
/// differently (request smuggling): line ends are CRLF; no bare CR, LF or NUL; no folded line; no space before a
/// colon; names are tokens; at most one Content-Length, all digits; never beside Transfer-Encoding, which is exactly
/// `chunked`, once, and not in HTTP/1.0; one Host in HTTP/1.1; a target that is a path, a whole `http` or `https` URL,
/// or `*` with OPTIONS.
/// @param head  from the first byte to the empty line, both included
/// Source: RFC 9112, sections 2.2, 3, 3.2, 5.1, 5.2, 6.1-6.3; RFC 9110, section 7.2.
std::optional<HeadFault> check_head(std::string_view head, const HeadLimits& limits);

/// True for a line `name: value`, not empty, as check_head wants it.
bool is_field_line(std::string_view line) noexcept;
/// tchar of RFC 9110, section 5.6.2.
bool is_token_char(char c) noexcept;
/// True when there is a byte that no line may hold: a control but the tab (RFC 9110, section 5.5).
bool has_control(std::string_view line) noexcept;

/// Looks for the end of a head in what has arrived so far.
/// @param scanned  bytes known not to hold the end; updated
/// @return the length of the head with its empty line, or nullopt when more must come
std::optional<std::size_t> find_head_end(std::string_view received, std::size_t& scanned) noexcept;

/// True for 1 to 128 of `A-Z a-z 0-9 . _ -`: an X-Request-ID that may be taken over into the log.
bool is_sane_request_id(std::string_view id) noexcept;

}  // namespace wdx::http
