#pragma once

#include "rest/body.hpp"
#include "rest/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::rest {

enum class Presence { required, optional };

/// A text that may be null, and may be absent.
struct NullableText {
    bool is_given = false;
    std::optional<std::string> text{};
};

/// Reads typed fields of a request's JSON object, as the fields of a DRF serializer do and with their words.  What is
/// wrong is noted, and a field that is absent or wrong is nullopt; `throw_if_wrong` then refuses all of it at once.
/// Other members of the object are ignored.
/// Source: DRF 3.16 fields.py.
class FieldReader {
  public:
    /// @throws ApiError as JsonBody
    explicit FieldReader(const http::Request& request) : body_(request) {}

    [[nodiscard]] bool has(std::string_view name) const noexcept { return body_.find(name) != nullptr; }

    /// BooleanField: also `"true"`, `"no"`, `1` and the like.
    std::optional<bool> boolean(std::string_view name, Presence presence);
    /// IntegerField within 64 bits: also `"7"` and `7.0`.
    std::optional<std::int64_t> integer(std::string_view name, Presence presence);
    /// ListField of such integers, not empty, with at most `most` elements: more are not looked at.
    std::optional<std::vector<std::int64_t>> integers(std::string_view name, Presence presence, std::size_t most);
    /// CharField of 1 to `longest` characters, trimmed.
    std::optional<std::string> text(std::string_view name, Presence presence, std::size_t longest);
    /// CharField(allow_null, allow_blank, not required) of up to `longest` characters, trimmed.
    NullableText nullable_text(std::string_view name, std::size_t longest);
    /// DateTimeField; without a zone in UTC.
    /// @return `2026-11-25T10:00:00Z`, with six decimals when the microseconds are not zero
    std::optional<std::string> date_time(std::string_view name, Presence presence);

    /// Notes what else is wrong with a field, or with all of it (`non_field_errors`).
    void refuse(std::string_view name, std::string_view message);
    /// @throws ApiError 400 with all that was noted, in its order
    void throw_if_wrong() const { errors_.throw_if_any(); }

  private:
    const base::JsonValue* find(std::string_view name, Presence presence);

    JsonBody body_;
    FieldErrors errors_;
};

}  // namespace wdx::rest
