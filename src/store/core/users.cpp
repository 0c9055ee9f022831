#include "store/core/users.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

const std::string kSelect =
    "SELECT id, account_id, handle, username, bio, created_at, following_count, followers_count, featured_url, follower"
    "  FROM users";

const std::string kOfAccount = kSelect + " WHERE account_id = $1 ORDER BY id";
// `id + 0`: the LIMIT must not invite a plan that walks the primary key of all users in the hope of finding enough of
// this account early; a small account would then cost a pass over everybody.
const std::string kOfAccountShort =
    kSelect + fmt::format(" WHERE account_id = $1 ORDER BY id + 0 LIMIT {}", kShortListRows + 1);
const std::string kAll = kSelect + " ORDER BY id";
const std::string kAllShort = kSelect + fmt::format(" ORDER BY id LIMIT {}", kShortListRows + 1);

}  // namespace

const db::Query kFindUserId{"find_user_id", "SELECT id FROM users WHERE id = $1::bigint"};
const db::Query kListUsersOfAccount{"list_users_of_account", kOfAccount};
const db::Query kListUsersOfAccountShort{"list_users_of_account_short", kOfAccountShort};
const db::Query kListUsers{"list_users", kAll};
const db::Query kListUsersShort{"list_users_short", kAllShort};

}  // namespace wdx::store
