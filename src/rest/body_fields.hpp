#pragma once

#include "model/resource.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wdx::rest {

enum class BodyType {
    boolean,             ///< BooleanField
    integer,             ///< IntegerField within 64 bits, or from `least` to `greatest`
    integers,            ///< ListField of such integers, not empty
    text,                ///< CharField, trimmed, not blank
    choice,              ///< ChoiceField, one of `choices`
    texts,               ///< ListField of texts, none of them blank, not empty
    nullable_text,       ///< CharField(allow_null, allow_blank), trimmed
    lenient_text,        ///< a text or a number; anything else is as if it was not sent
    date_time,           ///< DateTimeField; without a zone in UTC
    nullable_date_time,  ///< DateTimeField(allow_null)
    number,              ///< FloatField, from -`farthest` to `farthest`
    numbers,             ///< DictField of such numbers
};

/// One member of the JSON object that a request carries.
struct BodyField {
    std::string_view name;
    BodyType type;
    bool is_required = false;
    std::size_t most =
        0;  ///< characters of a text (also of each in a list), elements of a list of integers; 0: any number
    std::string_view help{};
    bool is_password = false;
    double farthest = 0;  ///< of a number from 0
    std::span<const std::string_view> choices{};
    std::int64_t least = 0;     ///< of an integer, where it is not `greatest`
    std::int64_t greatest = 0;  ///< of an integer
};

/// The same field where it has to be there, or need not.
constexpr BodyField required(BodyField field) {
    field.is_required = true;
    return field;
}
constexpr BodyField optional(BodyField field) {
    field.is_required = false;
    return field;
}

inline constexpr std::size_t kMostElements = 10'000;
/// Of a write of many rows at once.
inline constexpr std::size_t kMostBulkElements = 100'000;

/// The JSON object that a request carries.  The only description of it: FieldReader, OPTIONS and the schema in the
/// OpenAPI document are all made of these tables.
struct Body {
    std::string_view name;                      ///< the component of the OpenAPI document
    std::span<const BodyField> fields;          ///< in the order in which they are read
    std::size_t most_elements = kMostElements;  ///< of all its arrays and objects together
    /// What is written: its other fields, which the server sets, may be sent along, as a client does that has read
    /// them.
    const model::Resource* row = nullptr;
    bool is_free = false;  ///< any members, as the client likes

    /// True when a password is among them: what is refused for its size is then a failed login.
    [[nodiscard]] bool has_password() const;

    /// @throws std::logic_error for a name that is not in the table
    [[nodiscard]] const BodyField& field(std::string_view name) const;
};

/// What OPTIONS says of a body under `actions`: an object with a member for each field.
/// Source: DRF metadata.py `SimpleMetadata.get_serializer_info`.
std::string render_body_metadata(const Body& body);

}  // namespace wdx::rest
