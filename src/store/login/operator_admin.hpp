#pragma once

#include "base/clock.hpp"
#include "db/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

// What commands do with operators, over a blocking connection.  Everything throws DbError.

struct NamedOperator {
    std::int32_t id = 0;
    std::string username;
};

/// @return in the order in which they were made
std::vector<NamedOperator> list_operators(db::Session& session, int most);
std::optional<NamedOperator> find_operator(db::Session& session, std::string_view username);

/// False in a database that has not been migrated.
bool has_operator_table(db::Session& session);
/// How many may log in.
std::int64_t count_active_operators(db::Session& session);
std::optional<std::string> find_password_hash(db::Session& session, std::string_view username);

/// Keeps others from inserting operators until the end of the transaction; readers go on.
void lock_operators(db::Session& session);
void insert_operator(db::Session& session, std::string_view username, std::string_view password_hash);

/// What a new password has ended.
struct PasswordChange {
    std::int64_t ended_sessions = 0;
    base::UnixTime cutoff = 0;  ///< tokens up to this second are refused
};

/// Sets a password hash, whatever it was, and ends everything that the operator has: blacklists the refresh tokens,
/// forgets the sessions and their access tokens, and moves the cut-off for tokens to this second.  Within a transaction
/// of the caller's.
/// @param now  our clock; the later one of it and the database's counts
/// @return nullopt when the operator is gone
std::optional<PasswordChange> set_password(db::Session& session, std::int32_t operator_id,
                                           std::string_view password_hash, base::UnixTime now);

bool has_second_factor(db::Session& session, std::int32_t operator_id);
/// Makes logins need a code.  Within a transaction of the caller's.
/// @param step            codes up to this step count as used
/// @param recovery_codes  their hashes, in the place of those that there may be
/// @return false, and nothing has changed, when the operator has a second factor already
bool enable_second_factor(db::Session& session, const NamedOperator& who, std::string_view secret, std::int64_t step,
                          const std::vector<std::string>& recovery_codes);
/// Makes the password alone enough.  Within a transaction of the caller's.
/// @return false, and nothing has changed, when the operator has no second factor
bool disable_second_factor(db::Session& session, const NamedOperator& who);

}  // namespace wdx::store
