#pragma once

#include "base/json_reader.hpp"
#include "http/message.hpp"
#include "rest/body_fields.hpp"
#include "rest/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::rest {

inline constexpr std::string_view kRequired = "This field is required.";
inline constexpr std::string_view kNotNull = "This field may not be null.";
inline constexpr std::string_view kNotBlank = "This field may not be blank.";
inline constexpr std::string_view kNotAString = "Not a valid string.";

/// A body with more elements than it may have: 400.
class TooManyElements : public ApiError {
  public:
    explicit TooManyElements(std::size_t most);
};

/// The JSON object that a request carries; an empty body is an empty object.
class JsonBody {
  public:
    /// @throws ApiError 400 `JSON parse error - ...`, or for what is no object; 415 for another media type
    /// @throws TooManyElements
    JsonBody(const http::Request& request, std::size_t most_elements);
    JsonBody(const JsonBody&) = delete;
    JsonBody& operator=(const JsonBody&) = delete;

    /// @return the member of that name, or nullptr
    [[nodiscard]] const base::JsonValue* find(std::string_view name) const noexcept { return document_.find(name); }
    /// The object as it was sent, in UTF-8.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const std::vector<base::JsonMember>& members() const noexcept { return document_.members; }

  private:
    std::string text_;  ///< that the document points into
    base::JsonValue document_;
};

/// The name of a value's type in Python, as DRF's messages have it: `dict`, `list`, `str`, ...
std::string_view python_type(const base::JsonValue& value);
/// The text that a CharField makes of a value, trimmed; nullopt when it takes no such value.
std::optional<std::string> char_field_text(const base::JsonValue& value);
/// What a CharField's validators have against the characters of a text.
std::vector<std::string> find_character_faults(std::string_view text, bool has_surrogates);

/// Reads a request's JSON object and validates its text fields as a DRF serializer with CharFields does: all values are
/// trimmed of Unicode white space, numbers are taken as text, other fields are ignored.
/// @param table  of BodyType::text, required, and BodyType::lenient_text, whose values are empty where there is none
/// @return the values, in the order of the table
/// @throws ApiError 400 with a message for each wrong field, in the order of the table; 400 `JSON parse error - ...`;
///         415 for another media type
/// @throws TooManyElements
/// Source: DRF request.py `_parse`, parsers.py `JSONParser`, fields.py `CharField`, serializers.py.
std::vector<std::string> read_text_fields(const http::Request& request, const Body& table);

}  // namespace wdx::rest
