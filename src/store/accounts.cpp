#include "store/accounts.hpp"

namespace wdx::store {

const db::Query kFindAccount{"find_account", R"sql(
    SELECT id, handle
      FROM accounts
     WHERE handle = $1)sql"};

const db::Query kFindAccountsIgnoringCase{"find_accounts_ignoring_case", R"sql(
    SELECT id, handle
      FROM accounts
     WHERE lower(handle) = lower($1)
     LIMIT 2)sql"};

}  // namespace wdx::store
