#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/system/result.hpp>

namespace wdx::base {

struct JsonMember;

/// A JSON document as Python's `json.loads` reads it: the clients of the original rely on its corner cases, which
/// Boost.JSON does not have (lone surrogates, integers of any size, the last of duplicate keys; see docs/adr).
struct JsonValue {
    enum class Kind { null, boolean, integer, floating, string, array, object };

    Kind kind = Kind::null;
    /// The value's bytes in the document, exactly as they stand there (without outer white space).
    std::string_view raw;
    bool boolean = false;
    /// integer: when it fits 64 bits (`fits_int64`), else look at `raw`.
    std::int64_t integer = 0;
    bool fits_int64 = false;
    double floating = 0;  ///< floating only; `1e400` is infinity
    /// string: unescaped, UTF-8; lone surrogates stand as their three-byte form (see `has_surrogates`).
    std::string string;
    bool has_surrogates = false;
    std::vector<JsonValue> elements;  ///< array
    /// object, in Python's order: a repeated key keeps its first place and its last value.
    std::vector<JsonMember> members;

    [[nodiscard]] bool is_number() const noexcept { return kind == Kind::integer || kind == Kind::floating; }
    [[nodiscard]] bool is_string() const noexcept { return kind == Kind::string; }
    [[nodiscard]] bool is_object() const noexcept { return kind == Kind::object; }
    /// @return the member of that name, or nullptr
    [[nodiscard]] const JsonValue* find(std::string_view name) const noexcept;
};

/// One entry of an object.
struct JsonMember {
    std::string name;
    JsonValue value;
    /// The name as it stands in the document, quotes and escapes included: a lone surrogate can be carried on only so.
    std::string_view raw_name{};
};

/// Why a document was refused, in the words of Python's json module, e.g. `Expecting value: line 1 column 1 (char 0)`.
struct JsonFault {
    std::string message;
    bool has_too_many = false;  ///< elements, more than was allowed; Python has no such limit
};

/// Reads one document.  `raw` members point into `text`, which must outlive the value.
/// Refuses: a byte order mark, bad UTF-8, NaN and Infinity (DRF is strict), control characters in strings, anything
/// after the document, more than 900 levels of nesting, integers of more than 4300 digits.  Never throws on bad input.
/// @param most_elements  of all arrays and objects together: each takes 150 bytes of memory and some time
std::variant<JsonValue, JsonFault> read_json(std::string_view text,
                                             std::size_t most_elements = std::numeric_limits<std::size_t>::max());

}  // namespace wdx::base
