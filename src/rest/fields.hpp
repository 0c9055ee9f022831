#pragma once

#include "rest/body.hpp"
#include "rest/body_fields.hpp"
#include "rest/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::rest {

/// A text that may be null, and may be absent.
struct NullableText {
    bool is_given = false;
    std::optional<std::string> text{};
};

/// Reads typed fields of a request's JSON object, as the fields of a DRF serializer do and with their words.  What is
/// wrong is noted, and a field that is absent or wrong is nullopt; `throw_if_wrong` then refuses all of it at once.
/// Members of the object that are no fields are wrong, too: they are slips of the pen.  Only those that the server sets
/// are ignored (`Body::row`).
/// Source: DRF 3.16 fields.py.
class FieldReader {
  public:
    /// @param table  outlives the reader; what its fields are, and which limits they have
    /// @throws ApiError as JsonBody
    FieldReader(const http::Request& request, const Body& table);

    [[nodiscard]] bool has(std::string_view name) const noexcept { return body_.find(name) != nullptr; }

    // Each reads the field of that name in the table, which is of that type.

    /// BooleanField: also `"true"`, `"no"`, `1` and the like.
    std::optional<bool> boolean(std::string_view name);
    /// IntegerField within 64 bits, or the field's bounds: also `"7"` and `7.0`.
    std::optional<std::int64_t> integer(std::string_view name);
    /// ListField of such integers, not empty; of a list that is too long no element is looked at.
    std::optional<std::vector<std::int64_t>> integers(std::string_view name);
    /// CharField, not blank, trimmed.
    std::optional<std::string> text(std::string_view name);
    /// ChoiceField.
    std::optional<std::string> choice(std::string_view name);
    /// ListField(child=CharField), not empty.
    std::optional<std::vector<std::string>> texts(std::string_view name);
    /// CharField(allow_null, allow_blank, not required), trimmed.
    NullableText nullable_text(std::string_view name);
    /// DateTimeField; without a zone in UTC.
    /// @return `2026-11-25T10:00:00Z`, with six decimals when the microseconds are not zero
    std::optional<std::string> date_time(std::string_view name);
    /// FloatField within the field's bounds: also `"0.5"`.
    std::optional<double> number(std::string_view name);
    /// DictField of such numbers, by their names.
    /// @param known  the names that there are
    std::optional<std::map<std::string, double>> numbers(std::string_view name, std::span<const std::string> known);
    /// DateTimeField(allow_null), in the same form.
    NullableText nullable_date_time(std::string_view name);

    /// Notes what else is wrong with a field, or with all of it (`non_field_errors`).
    void refuse(std::string_view name, std::string_view message);
    /// @throws ApiError 400 with all that was noted, in its order
    void throw_if_wrong() const { errors_.throw_if_any(); }

  private:
    const base::JsonValue* find(std::string_view name);
    void refuse_unknown(const std::string& name);

    const Body& table_;
    JsonBody body_;
    FieldErrors errors_;
};

}  // namespace wdx::rest
