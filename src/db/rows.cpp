#include "db/rows.hpp"

#include "platform/numbers.hpp"

#include <bit>
#include <charconv>
#include <stdexcept>
#include <string>

namespace wdx::db {
namespace {

// Type numbers of the catalog (PostgreSQL's pg_type.dat); they never change.
constexpr Oid kBool = 16;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kFloat8 = 701;

std::int64_t read_text_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc{} || stop != end) throw std::runtime_error("not an integer: " + std::string(text));
    return value;
}

// Two's complement, most significant byte first, 2, 4 or 8 bytes.
std::int64_t read_binary_integer(std::string_view bytes) {
    const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0;
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (const char byte : bytes) value = (value << 8U) | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
}

void require_value(const Row& row, int column) {
    if (row.is_null(column)) throw std::runtime_error("column " + std::to_string(column) + " is NULL");
}

}  // namespace

std::int64_t Row::integer(int column) const {
    require_value(*this, column);
    const Oid type = PQftype(result_, column);
    if (type != kInt8 && type != kInt4 && type != kInt2)
        throw std::runtime_error("column " + std::to_string(column) + " is not an integer");
    return has_text_format(column) ? read_text_integer(text(column)) : read_binary_integer(text(column));
}

bool Row::boolean(int column) const {
    require_value(*this, column);
    if (PQftype(result_, column) != kBool)
        throw std::runtime_error("column " + std::to_string(column) + " is not a boolean");
    const char value = text(column).front();
    return has_text_format(column) ? value == 't' : value != 0;
}

double Row::real(int column) const {
    require_value(*this, column);
    if (PQftype(result_, column) != kFloat8)
        throw std::runtime_error("column " + std::to_string(column) + " is not a float8");
    const std::string_view bytes = text(column);
    if (!has_text_format(column)) return std::bit_cast<double>(read_binary_integer(bytes));
    const auto value = platform::parse_double(bytes);
    if (!value) throw std::runtime_error("not a number: " + std::string(bytes));
    return *value;
}

std::int64_t Rows::affected() const {
    if (!result_) return 0;
    const std::string_view count = PQcmdTuples(result_.get());
    return count.empty() ? 0 : read_text_integer(count);
}

}  // namespace wdx::db
