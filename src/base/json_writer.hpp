#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::base {

/// Writers of JSON as DRF's JSONRenderer does it: compact, UTF-8 not escaped to ASCII, `<` `>` `&` `/` not escaped,
/// U+2028 and U+2029 escaped, control characters as `\b \t \n \f \r` or lower-case `\u00xx`, U+007F as it is.
/// All of them append to `out`.  See docs/adr for why rows do not go through a JSON library.

/// @param text  UTF-8, as PostgreSQL guarantees it
void append_json_string(std::string& out, std::string_view text);
void append_json_integer(std::string& out, std::int64_t value);

/// As append_json_string, alone.
std::string json_string(std::string_view text);
/// The shortest digits that read back as the same double; `null` for nullopt.
/// @param number  finite
std::string json_number(const std::optional<double>& number);

/// `"2024-01-02"`; `null` outside the years 1..9999 and for infinity.
/// @param days  since 2000-01-01, PostgreSQL's binary `date`
void append_json_date(std::string& out, std::int32_t days);
/// `"2024-01-02T03:04:05Z"`, with six decimals when the microseconds are not zero; `null` as for dates.
/// @param microseconds  since 2000-01-01 00:00 UTC, PostgreSQL's binary `timestamptz`
void append_json_timestamp(std::string& out, std::int64_t microseconds);

/// Rewrites JSON of PostgreSQL's making as the others write it: without its blanks and line breaks, U+2028 and U+2029
/// escaped.
void append_compact_json(std::string& out, std::string_view json);

/// Rewrites compact JSON with line breaks as Python's `json.dumps(..., indent=n, separators=(',', ': '))` prints it.
/// May be fed piece by piece; a piece may end anywhere.
class JsonIndenter {
  public:
    explicit JsonIndenter(int spaces) : spaces_(spaces) {}
    void feed(std::string_view compact, std::string& out);

  private:
    int spaces_;
    int depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
    bool opened_ = false;  ///< the last character was `[` or `{` outside a string
};

}  // namespace wdx::base
