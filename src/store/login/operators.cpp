#include "store/login/operators.hpp"

#include "store/journal/journal.hpp"
#include "store/login/operator_lock.hpp"

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kCredentials = R"sql(
    SELECT u.id, u.username, u.password, u.is_active, t.secret, coalesce(t.last_step, 0),
           EXISTS (SELECT FROM watchdxg_recovery_code AS r WHERE r.user_id = u.id AND r.code_hash = $2)
      FROM auth_user AS u
      LEFT JOIN watchdxg_totp AS t ON t.user_id = u.id)sql";

const std::string kFindCredentialsSql = std::string(kCredentials) + " WHERE u.username = $1";
const db::Query kFindCredentials{"find_credentials", kFindCredentialsSql};

const std::string kFindCredentialsByIdSql = std::string(kCredentials) + " WHERE u.id = $1";
const db::Query kFindCredentialsById{"find_credentials_by_id", kFindCredentialsByIdSql};

constexpr db::Query kUpdatePasswordHash{"update_password_hash", R"sql(
    UPDATE auth_user
       SET password = $3
     WHERE id = $1
       AND password = $2)sql"};

constexpr db::Query kFindChange{"find_password_change", R"sql(
    SELECT floor(extract(epoch FROM c.not_before))::bigint
      FROM auth_user AS u
      JOIN watchdxg_session_cutoff AS c ON c.user_id = u.id
     WHERE u.id = $1
       AND u.password = $2)sql"};

constexpr db::Query kFindOperator{"find_operator", R"sql(
    SELECT u.id, u.username, u.email, u.date_joined, t.user_id IS NOT NULL AS second_factor
      FROM auth_user AS u
      LEFT JOIN watchdxg_totp AS t ON t.user_id = u.id
     WHERE u.id = $1)sql"};

std::optional<Credentials> read_credentials(const db::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    const db::Row row = rows.front();
    Credentials found{.id = static_cast<std::int32_t>(row.integer(0)),
                      .username = std::string(row.text(1)),
                      .password_hash = std::string(row.text(2)),
                      .is_active = row.boolean(3),
                      .totp_secret = std::nullopt,
                      .totp_last_step = row.integer(5),
                      .has_recovery_code = row.boolean(6)};
    if (const auto secret = row.optional_text(4)) found.totp_secret = *secret;
    return found;
}

/// The rest of a statement whose `changed` holds the operator, if there was a change: ends everything that the operator
/// has.
/// @param now, address, request_id  the parameters that hold our clock in seconds, and what the log is told
std::string end_of_sessions(std::string_view now, std::string_view address, std::string_view request_id) {
    return fmt::format(R"sql(, blacklisted AS (
        INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
        SELECT token.id, now()
          FROM changed
          JOIN token_blacklist_outstandingtoken AS token ON token.user_id = changed.id
         WHERE token.expires_at > now()
            ON CONFLICT (token_id) DO NOTHING
        RETURNING token_id
    ), forgotten AS (
        DELETE FROM watchdxg_session AS session
         USING changed
         WHERE session.user_id = changed.id
        RETURNING session.family
    ), marked AS (
        UPDATE watchdxg_session_token AS token
           SET ended = true
          FROM forgotten
         WHERE token.family = forgotten.family
    ), moved AS (
        INSERT INTO watchdxg_session_cutoff AS cutoff (user_id, not_before)
        SELECT id, greatest(date_trunc('second', clock_timestamp()), to_timestamp({0}::bigint))
          FROM changed
            ON CONFLICT (user_id) DO UPDATE SET not_before = greatest(cutoff.not_before, EXCLUDED.not_before)
        RETURNING not_before
    ), logged AS (
        INSERT INTO watchdxg_log (time, level, event, operator, address, request_id, message)
        SELECT now(), 'warning', '{3}', changed.username, nullif({1}::text, ''), nullif({2}::text, ''),
               format('refresh tokens ended: %s', (SELECT count(*) FROM blacklisted))
          FROM changed
    )
    SELECT (SELECT count(*) FROM blacklisted),
           (SELECT extract(epoch FROM not_before)::bigint FROM moved))sql",
                       now, address, request_id, entry::kPasswordChanged);
}

const std::string kChangePasswordSql = std::string(kCheckedOperator) + R"sql(, changed AS (
        UPDATE auth_user AS u
           SET password = $5
          FROM operator
         WHERE u.id = operator.id
        RETURNING u.id, u.username
    ))sql" + end_of_sessions("$6", "$7", "$8");
const db::Query kChangePassword{"change_password", kChangePasswordSql};

const std::string kSetPasswordSql = R"sql(
    WITH changed AS (
        UPDATE auth_user
           SET password = $2
         WHERE id = $1
        RETURNING id, username
    ))sql" + end_of_sessions("$3", "NULL", "NULL");

}  // namespace

const db::Query kSetPassword{"set_password", kSetPasswordSql};

asio::awaitable<std::optional<Credentials>> OperatorStore::find_credentials(std::string_view username,
                                                                            const std::string& recovery_hash) {
    db::Batch batch;
    batch.add(kFindCredentials, {username, recovery_hash});
    co_await pool_.execute(batch);
    co_return read_credentials(batch.rows(0));
}

asio::awaitable<std::optional<Credentials>> OperatorStore::find_credentials(std::int32_t id,
                                                                            const std::string& recovery_hash) {
    db::Batch batch;
    batch.add(kFindCredentialsById, {id, recovery_hash});
    co_await pool_.execute(batch);
    co_return read_credentials(batch.rows(0));
}

asio::awaitable<void> OperatorStore::update_password_hash(std::int32_t user_id, const std::string& old_hash,
                                                          const std::string& new_hash) {
    db::Batch batch;
    batch.add(kUpdatePasswordHash, {user_id, old_hash, new_hash});
    co_await pool_.execute(batch, db::Work::write);
}

asio::awaitable<std::optional<base::UnixTime>> OperatorStore::change_password(const CheckedOperator& checked,
                                                                              const std::string& new_hash,
                                                                              const Origin& origin) {
    db::Batch batch;
    batch.add(kLockOperator, {checked.id});
    batch.add(kLockOperatorRow, {checked.id});
    const std::size_t change = batch.add(
        kChangePassword, {checked.id, checked.password_hash, checked.factor.step, checked.factor.recovery_hash,
                          new_hash, base::unix_now(), origin.address, origin.request_id});
    co_await pool_.execute(batch, db::Work::write);
    const db::Row row = batch.rows(change).front();
    if (row.is_null(1)) co_return std::nullopt;
    co_return row.integer(1);
}

asio::awaitable<std::optional<base::UnixTime>> OperatorStore::find_change(std::int32_t user_id,
                                                                          const std::string& hash) {
    db::Batch batch;
    batch.add(kFindChange, {user_id, hash});
    co_await pool_.execute(batch);
    if (batch.rows(0).empty()) co_return std::nullopt;
    co_return batch.rows(0).front().integer(0);
}

std::size_t OperatorStore::add_find(db::Batch& batch, std::int32_t user_id) {
    return batch.add(kFindOperator, {user_id});
}

}  // namespace wdx::store
