#include "db/literals.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace wdx::db {
namespace {

/// One past the end of what is quoted at `begin`.  A doubled quote ends it and begins the next.
std::size_t end_of_quoted(std::string_view sql, std::size_t begin) {
    return std::min(sql.find(sql[begin], begin + 1), sql.size() - 1) + 1;
}

}  // namespace

std::string with_literals(std::string_view sql, std::span<const std::string> literals) {
    std::string out;
    std::size_t at = 0;
    while (at < sql.size()) {
        const std::size_t special = std::min(sql.find_first_of("'\"$", at), sql.size());
        out += sql.substr(at, special - at);
        at = special;
        if (at == sql.size()) break;
        if (sql[at] != '$') {
            const std::size_t end = end_of_quoted(sql, at);
            out += sql.substr(at, end - at);
            at = end;
            continue;
        }
        std::size_t number = 0;
        const char* const digits = sql.data() + at + 1;
        const auto [end, fault] = std::from_chars(digits, sql.data() + sql.size(), number);
        if (fault != std::errc{} || number == 0 || number > literals.size())
            throw std::logic_error("a statement asks for a value that is not there");
        out += literals[number - 1];
        at += 1 + static_cast<std::size_t>(end - digits);
    }
    return out;
}

}  // namespace wdx::db
