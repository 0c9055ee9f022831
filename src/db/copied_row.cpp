#include "db/copied_row.hpp"

#include "base/big_endian.hpp"

#include <cstdint>
#include <stdexcept>

namespace wdx::db {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "PGCOPY\n\xFF\r\n\0"sv;
constexpr std::int16_t kEnd = -1;             ///< instead of the number of columns
constexpr std::int32_t kNull = -1;            ///< instead of the length of a value
constexpr std::int32_t kKnownFlags = 0xFFFF;  ///< the others say that the format is another one

[[noreturn]] void refuse(const char* why) {
    throw std::runtime_error(std::string("COPY: ") + why);
}

std::string_view take(std::string_view& rest, std::size_t size) {
    if (size > rest.size()) refuse("a message is too short");
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

std::int16_t take_16(std::string_view& rest) {
    return static_cast<std::int16_t>(base::read_big_endian<std::uint16_t>(take(rest, sizeof(std::uint16_t)).data()));
}

std::int32_t take_32(std::string_view& rest) {
    return static_cast<std::int32_t>(base::read_big_endian<std::uint32_t>(take(rest, sizeof(std::uint32_t)).data()));
}

void skip_header(std::string_view& rest) {
    if (take(rest, kSignature.size()) != kSignature) refuse("it is not the binary format");
    if ((take_32(rest) & ~kKnownFlags) != 0) refuse("the format is not known");
    const std::int32_t extension = take_32(rest);
    if (extension < 0) refuse("the header has a negative length");
    take(rest, static_cast<std::size_t>(extension));
}

}  // namespace

bool CopyReader::read(std::string_view message) {
    if (!has_begun_) {
        skip_header(message);
        has_begun_ = true;
        if (message.empty()) return false;
    }
    const std::int16_t columns = take_16(message);
    if (columns != kEnd) {
        if (columns < 0 || static_cast<std::size_t>(columns) != values_.size()) refuse("a row has other columns");
        for (Value& value : values_) {
            const std::int32_t length = take_32(message);
            if (length < kNull) refuse("a value has a negative length");
            if (length == kNull) {
                value.reset();
            } else {
                value = take(message, static_cast<std::size_t>(length));
            }
        }
    }
    if (!message.empty()) refuse("a message is too long");
    return columns != kEnd;
}

}  // namespace wdx::db
