#include "store/login/expired.hpp"

#include "store/login/tokens.hpp"

#include <limits>

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

// The number is "wdex" in ASCII.  The steps below do nothing while another transaction has this lock.
constexpr std::string_view kLockExpired = "SELECT pg_advisory_xact_lock(2003068280)";
constexpr const char* kTurn = R"sql(
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(2003068280) AS mine
    ))sql";

// Steps follow the primary key (there is no index on expires_at), so that all of them together read the table once.
// The foreign key is deferred: one statement may delete both rows.
const std::string kDeleteExpiredTokensSql = std::string(kTurn) + R"sql(, expired AS (
        SELECT id
          FROM token_blacklist_outstandingtoken
         WHERE expires_at <= now()
           AND id > $1::bigint
           AND (SELECT mine FROM turn)
         ORDER BY id
         LIMIT 5000
           FOR UPDATE SKIP LOCKED
    ), revoked AS (
        DELETE FROM token_blacklist_blacklistedtoken WHERE token_id IN (SELECT id FROM expired)
    ), deleted AS (
        DELETE FROM token_blacklist_outstandingtoken WHERE id IN (SELECT id FROM expired) RETURNING id
    )
    SELECT count(*), max(id) FROM deleted)sql";
const db::Query kDeleteExpiredTokens{"delete_expired_tokens", kDeleteExpiredTokensSql};

const std::string kDeleteExpiredSessionsSql = std::string(kTurn) + fmt::format(R"sql(, tokens AS (
        DELETE FROM watchdxg_session_token
         WHERE refresh_jti IN (SELECT refresh_jti
                                 FROM watchdxg_session_token
                                WHERE expires_at <= now()
                                  AND (SELECT mine FROM turn)
                                ORDER BY expires_at
                                LIMIT 5000)
        RETURNING family
    ), sessions AS (
        DELETE FROM watchdxg_session
         WHERE family IN (SELECT family
                            FROM watchdxg_session
                           WHERE greatest(expires_at, access_expires_at) <= now()
                             AND (SELECT mine FROM turn)
                           LIMIT 5000)
        RETURNING family
    ), addresses AS (
        DELETE FROM watchdxg_login_address
         WHERE last_login_at < now() - interval '{} days'
           AND (SELECT mine FROM turn)
    ), offers AS (
        DELETE FROM watchdxg_totp_offer
         WHERE expires_at <= now()
           AND (SELECT mine FROM turn)
    )
    SELECT (SELECT count(*) FROM tokens) + (SELECT count(*) FROM sessions))sql",
                                                                               kKnownAddress.count());
const db::Query kDeleteExpiredSessions{"delete_expired_sessions", kDeleteExpiredSessionsSql};

// Answers of writes, oldest first.  Their bodies may be long: fewer at a time.  Keys of our own begin with a blank;
// they are asked for within seconds.
const std::string kDeleteExpiredKeysSql = std::string(kTurn) + R"sql(, keys AS (
        DELETE FROM watchdxg_idempotency_key
         WHERE (operator_id, key) IN (SELECT operator_id, key
                                        FROM watchdxg_idempotency_key
                                       WHERE (created_at <= now() - interval '24 hours'
                                              OR (key LIKE ' %' AND created_at <= now() - interval '10 minutes'))
                                         AND (SELECT mine FROM turn)
                                       ORDER BY created_at
                                       LIMIT 1000)
        RETURNING operator_id
    )
    SELECT count(*) FROM keys)sql";
const db::Query kDeleteExpiredKeys{"delete_expired_keys", kDeleteExpiredKeysSql};

constexpr int kKeySteps = 2000;  ///< two million keys an hour, more than can be made

std::optional<DeletedTokens> read_deleted(const db::Rows& rows) {
    const db::Row row = rows.front();
    if (row.integer(0) == 0) return std::nullopt;
    return DeletedTokens{.count = row.integer(0), .last_id = row.integer(1)};
}

/// @return how many rows the steps of such a statement removed
asio::awaitable<std::int64_t> delete_in_steps(db::Pool& pool, const db::Query& step, int steps) {
    std::int64_t total = 0;
    for (int i = 0; i < steps; ++i) {
        db::Batch batch;
        batch.add(step, {});
        co_await pool.execute(batch, db::Work::write);
        const std::int64_t count = batch.rows(0).front().integer(0);
        if (count == 0) break;
        total += count;
    }
    co_return total;
}

}  // namespace

std::optional<DeletedTokens> delete_expired_tokens(db::Session& session, std::int64_t after) {
    session.execute(kLockExpired);
    return read_deleted(session.execute(kDeleteExpiredTokens.sql, {std::to_string(after)}));
}

std::int64_t delete_expired_sessions(db::Session& session) {
    session.execute(kLockExpired);
    return session.execute(kDeleteExpiredSessions.sql).front().integer(0);
}

asio::awaitable<std::int64_t> delete_expired(db::Pool& pool, int steps) {
    std::int64_t total = 0;
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    for (int i = 0; i < steps; ++i) {
        db::Batch batch;
        batch.add(kDeleteExpiredTokens, {last});
        co_await pool.execute(batch, db::Work::write);
        const auto deleted = read_deleted(batch.rows(0));
        if (!deleted) break;
        total += deleted->count;
        last = deleted->last_id;
    }
    total += co_await delete_in_steps(pool, kDeleteExpiredSessions, steps);
    total += co_await delete_in_steps(pool, kDeleteExpiredKeys, kKeySteps);
    co_return total;
}

}  // namespace wdx::store
