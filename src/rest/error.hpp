#pragma once

#include "http/message.hpp"

#include <chrono>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wdx::rest {

/// A refusal for the client.  Thrown by `api` and `rest`; caught only in app/pipeline.cpp.
class ApiError : public std::exception {
  public:
    ApiError(unsigned status_code, std::string json, std::string private_cause = {})
        : status(status_code), body(std::move(json)), cause(std::move(private_cause)) {}
    [[nodiscard]] const char* what() const noexcept override { return body.c_str(); }

    unsigned status;
    std::string body;                   ///< public, JSON in DRF's shape: {"detail": ...} or {"<field>": ["..."]}
    std::vector<http::Header> headers;  ///< e.g. Retry-After, WWW-Authenticate
    std::string cause;                  ///< private: the log's half; never sent
};

/// `{"detail":"..."}`, with `"code"` if there is one.
std::string detail_body(std::string_view detail, std::string_view code = {});

/// DRF's answers (rest_framework/exceptions.py, its status and words).
ApiError bad_request(std::string_view detail);
ApiError not_found(std::string_view detail = "Not found.");
ApiError method_not_allowed(std::string_view method);
ApiError not_acceptable();
ApiError unsupported_media_type(std::string_view media_type);
/// 412: If-Match or If-None-Match does not hold.
ApiError precondition_failed();
ApiError server_error();
/// 401; DRF's first authenticator names the scheme: `WWW-Authenticate: Bearer realm="api"`.
ApiError unauthorized(std::string body, std::string cause);
/// 503 with Retry-After.
ApiError unavailable(std::chrono::seconds retry_after,
                     std::string_view detail = "Service temporarily unavailable, try again later.");
/// 429 with Retry-After: whole seconds, rounded up.
ApiError throttled(std::chrono::nanoseconds wait);

/// django-filter's message about a value that is none of those that there are.
std::string no_choice(std::string_view value);

/// Collects the messages of fields: `{"<field>":["..."],...}`, in the order in which they were added.
class FieldErrors {
  public:
    /// @param messages  at least one
    void add(std::string_view field, const std::vector<std::string>& messages);
    /// Of the elements of a list: `{"<field>":{"<index>":["..."]}}`.
    /// @param messages  of the element's index; at least one
    void add_elements(std::string_view field, const std::vector<std::pair<std::size_t, std::string>>& messages);
    /// Of the members of an object: `{"<field>":{"<member>":["..."]}}`.
    /// @param messages  of the member's name; at least one
    void add_members(std::string_view field, const std::vector<std::pair<std::string, std::string>>& messages);
    [[nodiscard]] bool empty() const noexcept { return body_.empty(); }
    /// @throws ApiError 400 if there are any
    void throw_if_any() const;

  private:
    void begin(std::string_view field);

    std::string body_;  ///< without the closing brace
};

/// Says that there is no field of that name, and which of the known ones is the nearest.
std::string unknown_field(std::string_view name, std::span<const std::string> known);

/// 400 `{"<field>":["<message>"]}`.
ApiError field_error(std::string_view field, std::string_view message);

}  // namespace wdx::rest
