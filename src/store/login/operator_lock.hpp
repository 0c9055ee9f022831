#pragma once

#include "db/batch.hpp"

namespace wdx::store {

/// What serialises the sessions of one operator, over all our processes: what makes tokens shares the lock, what
/// ends sessions has it alone.  As the first statement of a transaction it lets the statements after it see all that
/// was committed before, so that no token slips through an end.  `$1` is the operator's id; the other number is
/// "wdxo" in ASCII.  Nothing in the transaction waits for a lock longer than five seconds (55P03, unavailable): what
/// holds it that long is stuck.
/// What makes tokens is planned without sequential scans: a plan that was made while the tables were empty would be
/// kept, and read them whole at every refresh.
inline constexpr db::Query kShareOperator{"share_operator", R"sql(
    SELECT set_config('lock_timeout', '5s', true), set_config('enable_seqscan', 'off', true),
           pg_advisory_xact_lock_shared(2003073135, $1::integer))sql"};
inline constexpr db::Query kLockOperator{"lock_operator", R"sql(
    SELECT set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(2003073135, $1::integer))sql"};

/// The original takes no such lock; what it may hold is the operator's row.  Between the lock and a statement that has
/// to see every token that was committed before.
inline constexpr db::Query kLockOperatorRow{"lock_operator_row", "SELECT id FROM auth_user WHERE id = $1 FOR UPDATE"};

}  // namespace wdx::store
