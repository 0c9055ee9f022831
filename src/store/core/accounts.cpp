#include "store/core/accounts.hpp"

#include "store/core/handle_sql.hpp"

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
