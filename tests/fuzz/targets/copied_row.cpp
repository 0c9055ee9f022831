#include "db/copied_row.hpp"

#include "targets.hpp"

#include <stdexcept>
#include <string>

namespace wdx::fuzz {
namespace {

constexpr std::string_view kHeader("PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view kSignature = kHeader.substr(0, 11);
constexpr std::string_view kEnd = "\xFF\xFF";

void append_number(std::string& out, std::size_t number, unsigned bytes) {
    for (unsigned shift = 8 * bytes; shift > 0; shift -= 8) out += static_cast<char>(number >> (shift - 8U) & 0xFFU);
}

/// What COPY would send for the values.
std::string message_of(std::span<const db::Value> values) {
    std::string out;
    append_number(out, values.size(), 2);
    for (const db::Value& value : values) {
        append_number(out, value ? value->size() : 0xFFFFFFFFU, 4);
        if (value) out += *value;
    }
    return out;
}

}  // namespace

/// A byte for the number of columns, then a message, taken for the first one and for a later one: a row is what would
/// be written as these bytes, and anything else is refused.
void copied_row(std::string_view input) {
    if (input.empty()) return;
    constexpr unsigned kMostColumns = 32;
    const std::size_t columns = static_cast<unsigned char>(input.front()) % kMostColumns;
    const std::string_view message = input.substr(1);
    for (const bool is_first : {true, false}) {
        db::CopyReader reader(columns);
        try {
            if (!is_first) reader.read(kHeader);
            if (reader.read(message))
                require(message.ends_with(message_of(reader.values())), "the row as it came");
            else
                require(message == kEnd || (is_first && message.starts_with(kSignature)), "the end");
        } catch (const std::runtime_error&) {
            require(message != kEnd || is_first, "the end is read");
        }
    }
}

}  // namespace wdx::fuzz
