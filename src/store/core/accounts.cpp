#include "store/core/accounts.hpp"

#include "base/unicode.hpp"
#include "model/handle.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wdx::store {
namespace {

constexpr db::Query kFindAccount{"find_account", R"sql(
    SELECT id, handle
      FROM accounts
     WHERE handle = $1)sql"};

// Two rows at most: they say whether the match is the only one.
constexpr db::Query kFindAccountsIgnoringCase{"find_accounts_ignoring_case", R"sql(
    SELECT id, handle
      FROM accounts
     WHERE lower(handle) = lower($1)
     LIMIT 2)sql"};

// $2 and $3 are patterns, and no part of the text: what a backslash means there is a setting.
constexpr db::Query kFindAccountsAsPlain{"find_accounts_as_plain", R"sql(
    SELECT id, handle
      FROM accounts
     WHERE lower(regexp_replace(regexp_replace(handle, $2, '', 'g'), $3, '', 'g')) = lower($1)
     LIMIT 2)sql"};

void append_range(std::string& pattern, char32_t first, char32_t last) {
    fmt::format_to(std::back_inserter(pattern), "\\U{:08X}", static_cast<std::uint32_t>(first));
    if (first != last) fmt::format_to(std::back_inserter(pattern), "-\\U{:08X}", static_cast<std::uint32_t>(last));
}

/// Inside of brackets: characters of the basic plane that `wanted` takes.
template <typename Wanted>
std::string class_of(Wanted wanted) {
    std::string pattern;
    for (char32_t point = 1; point <= 0xFFFF; ++point)
        if (wanted(point)) append_range(pattern, point, point);
    return pattern;
}

/// What is removed of a stored handle wherever it is: as `model::plain_handle` does it.
std::string nowhere_pattern() {
    std::string pattern = "[" + class_of(&base::is_line_break);
    for (const base::CodePoints& range : base::invisible_characters())
        append_range(pattern, std::max<char32_t>(range.first, 1), range.last);  // PostgreSQL has no text with a NUL
    return pattern + ']';
}

/// What is removed at its ends.  A plain blank at the end of a stored handle stays: the original tells `a` and `a `
/// apart, and the recorded cases do.
std::string outside_pattern() {
    const auto leads = [](char32_t point) {
        return base::is_space(point) || model::kAtSigns.find(point) != std::u32string_view::npos;
    };
    const auto trails = [](char32_t point) { return base::is_space(point) && point != U' '; };
    return fmt::format("^[{}]+|[{}]+$", class_of(leads), class_of(trails));
}

}  // namespace

std::size_t add_find_account(db::Batch& batch, std::string_view handle) {
    return batch.add(kFindAccount, {handle});
}

std::optional<Account> read_account(const db::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    return Account{rows.front().integer(0), std::string(rows.front().text(1))};
}

std::size_t add_find_account_ignoring_case(db::Batch& batch, std::string_view handle) {
    return batch.add(kFindAccountsIgnoringCase, {handle});
}

std::size_t add_find_account_as_plain(db::Batch& batch, const std::string& plain) {
    static const std::string nowhere = nowhere_pattern();
    static const std::string outside = outside_pattern();
    return batch.add(kFindAccountsAsPlain, {plain, nowhere, outside});
}

std::optional<Account> read_only_account(const db::Rows& rows) {
    if (rows.size() != 1) return std::nullopt;
    return read_account(rows);
}

}  // namespace wdx::store
