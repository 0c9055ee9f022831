#include "rest/error.hpp"

#include "base/json_writer.hpp"
#include "base/suggest.hpp"

namespace wdx::rest {

std::string detail_body(std::string_view detail, std::string_view code) {
    std::string out = "{\"detail\":";
    base::append_json_string(out, detail);
    if (!code.empty()) {
        out += ",\"code\":";
        base::append_json_string(out, code);
    }
    out += '}';
    return out;
}

std::string no_choice(std::string_view value) {
    return fmt::format("Select a valid choice. {} is not one of the available choices.", value);
}

ApiError bad_request(std::string_view detail) {
    return {400, detail_body(detail)};
}

ApiError not_found(std::string_view detail) {
    return {404, detail_body(detail)};
}

ApiError method_not_allowed(std::string_view method) {
    return {405, detail_body(fmt::format("Method \"{}\" not allowed.", method))};
}

ApiError not_acceptable() {
    return {406, detail_body("Could not satisfy the request Accept header.")};
}

ApiError unsupported_media_type(std::string_view media_type) {
    return {415, detail_body(fmt::format("Unsupported media type \"{}\" in request.", media_type))};
}

ApiError precondition_failed() {
    return {412, detail_body("Precondition failed.")};
}

ApiError server_error() {
    return {500, detail_body("A server error occurred.")};
}

ApiError unauthorized(std::string body, std::string cause) {
    ApiError error{401, std::move(body), std::move(cause)};
    error.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"api\"");
    return error;
}

ApiError unavailable(std::chrono::seconds retry_after, std::string_view detail) {
    ApiError error{503, detail_body(detail)};
    error.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
    return error;
}

ApiError throttled(std::chrono::nanoseconds wait) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    ApiError error{429, detail_body(fmt::format("Request was throttled. Expected available in {} second{}.", seconds,
                                                seconds == 1 ? "" : "s"))};
    error.headers.emplace_back("Retry-After", std::to_string(seconds));
    return error;
}

void FieldErrors::begin(std::string_view field) {
    body_ += body_.empty() ? '{' : ',';
    base::append_json_string(body_, field);
    body_ += ':';
}

void FieldErrors::add(std::string_view field, const std::vector<std::string>& messages) {
    begin(field);
    char separator = '[';
    for (const std::string& message : messages) {
        body_ += separator;
        base::append_json_string(body_, message);
        separator = ',';
    }
    body_ += ']';
}

void FieldErrors::add_elements(std::string_view field,
                               const std::vector<std::pair<std::size_t, std::string>>& messages) {
    std::vector<std::pair<std::string, std::string>> named;
    named.reserve(messages.size());
    for (const auto& [index, message] : messages) named.emplace_back(std::to_string(index), message);
    add_members(field, named);
}

void FieldErrors::add_members(std::string_view field,
                              const std::vector<std::pair<std::string, std::string>>& messages) {
    begin(field);
    char separator = '{';
    for (const auto& [name, message] : messages) {
        body_ += separator;
        base::append_json_string(body_, name);
        body_ += ":[";
        base::append_json_string(body_, message);
        body_ += ']';
        separator = ',';
    }
    body_ += '}';
}

void FieldErrors::throw_if_any() const {
    if (!empty()) throw ApiError{400, body_ + '}'};
}

std::string unknown_field(std::string_view name, std::span<const std::string> known) {
    const auto nearest = base::nearest_name(name, known);
    return nearest ? fmt::format("There is no field '{}'; the nearest is '{}'.", name, *nearest)
                   : std::string("There is no field of that name.");
}

ApiError field_error(std::string_view field, std::string_view message) {
    std::string body = "{";
    base::append_json_string(body, field);
    body += ":[";
    base::append_json_string(body, message);
    body += "]}";
    return {400, std::move(body)};
}

}  // namespace wdx::rest
