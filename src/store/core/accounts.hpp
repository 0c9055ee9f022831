#pragma once

#include "db/batch.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::store {

/// An X account that its owner watches.
struct Account {
    std::int64_t id;
    std::string handle;
};

// Statements for `Context::read`, each with the reader of its rows.

/// The account with exactly this handle.
std::size_t add_find_account(db::Batch& batch, std::string_view handle);
std::optional<Account> read_account(const db::Rows& rows);

/// The accounts with this handle in whichever case, as X compares handles; two at most.
/// @param handle  without a leading `@`
std::size_t add_find_account_ignoring_case(db::Batch& batch, std::string_view handle);
/// The same, of stored handles, too, only what `model::plain_handle` leaves; but for plain blanks at their end.
std::size_t add_find_account_as_plain(db::Batch& batch, const std::string& plain);
/// @return nullopt unless there is exactly one
std::optional<Account> read_only_account(const db::Rows& rows);

}  // namespace wdx::store
