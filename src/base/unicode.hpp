#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wdx::base {

/// Where `text` stops being UTF-8.
struct Utf8Fault {
    std::size_t begin = 0;  ///< first byte of the bad sequence
    std::size_t end = 0;    ///< one past its last byte
    const char* reason;     ///< in the words of Python's codec, e.g. `invalid start byte`
};

/// @return the first fault that Python's strict `utf-8` codec reports, or nullopt for well-formed text
std::optional<Utf8Fault> find_utf8_fault(std::string_view text) noexcept;

/// True when `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// Appends the code point in UTF-8.  Also takes lone surrogates (three bytes), which is not UTF-8: callers refuse
/// those.
void append_utf8(std::string& out, char32_t code_point);

/// Every byte as the code point of its number, which is how WSGI hands bytes of a request's head to the original.
std::string latin1_to_utf8(std::string_view bytes);

/// Reads the code point that starts at `position` (inside `text`) and moves `position` behind it.  A lone surrogate in
/// its three-byte form is returned as it is; any other malformed byte is U+FFFD, one byte long.
char32_t next_code_point(std::string_view text, std::size_t& position) noexcept;

/// Length of well-formed text as Python's `len()` counts it.
std::size_t count_code_points(std::string_view text) noexcept;

/// White space as Python's `str.isspace()` sees it.
bool is_space(char32_t code_point) noexcept;

/// Characters from one to another, both included.
struct CodePoints {
    char32_t first;
    char32_t last;
};

/// What shows nothing and is no white space: control characters, zero-width ones, marks of direction, soft hyphens,
/// byte order marks, variation selectors.  In rising order.
/// Source: Unicode's Default_Ignorable_Code_Point, categories Cc and Cf that have no width.
std::span<const CodePoints> invisible_characters() noexcept;
bool is_invisible(char32_t code_point) noexcept;

/// What ends a line: LF, VT, FF, CR, U+0085, U+2028, U+2029.
bool is_line_break(char32_t code_point) noexcept;

// The next four know the characters of one version of Unicode: that of the original's Python (scripts/unicode-tables).

/// @return the value of a decimal digit of any script (`str.isdecimal()`), nullopt for everything else
std::optional<int> decimal_digit(char32_t code_point) noexcept;

/// A digit as Python's `str.isdigit()` sees it: decimal, or a superscript, a circled one and their like.
bool is_digit(char32_t code_point) noexcept;

/// What `\w` matches in Python's regular expressions: `str.isalnum()` and the underscore.
bool is_word_character(char32_t code_point) noexcept;

/// The one character that is the lower case of `code_point`; itself where there is none.  As Python's `str.lower()`,
/// but for U+0130, which Python turns into two characters, and the sigma at the end of a word.
char32_t to_lower(char32_t code_point) noexcept;

/// The same for each character of a text; bytes that are not UTF-8 stay.
std::string to_lower(std::string_view text);

/// Removes leading and trailing white space as Python's `str.strip()` does (Unicode, including U+001C..U+001F, U+0085,
/// U+00A0, U+2000..U+200A, U+2028, U+2029, U+202F, U+205F, U+3000).
std::string_view strip(std::string_view text) noexcept;

/// A number that `parse_python_int` read.
struct PythonInt {
    std::int64_t value = 0;
    bool in_range = true;  ///< false when it does not fit 64 bits; `value` then says nothing but `negative` does
    bool negative = false;
};

/// Reads `text` (UTF-8) as Python's `int(str)` does: outer white space (but not U+001C..U+001F, which `int` refuses),
/// sign, leading zeros, single underscores between digits, every Unicode decimal digit (category Nd).
/// @return nullopt where Python raises ValueError (also beyond 4300 digits)
std::optional<PythonInt> parse_python_int(std::string_view text) noexcept;

/// `repr()` of a float in Python 3: shortest digits that read back the same, `1e+16`, `12345.0`, `inf`, `nan`.
std::string python_float_repr(double value);

}  // namespace wdx::base
