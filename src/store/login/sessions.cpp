#include "store/login/sessions.hpp"

#include "store/journal/journal.hpp"
#include "store/login/operator_lock.hpp"

namespace wdx::store {
namespace {

namespace asio = boost::asio;

// The second half is the refresh tokens of the original, which knows no sessions.  $2 is the access token that asks.
const std::string kLiveSessions = R"sql(
    SELECT jti, created_at, last_used_at, expires_at, address, user_agent,
           coalesce(family = (SELECT family FROM watchdxg_session_token WHERE access_jti = $2), false) AS current
      FROM (SELECT s.refresh_jti AS jti, s.created_at, s.last_used_at, s.expires_at, s.address, s.user_agent, s.family
              FROM watchdxg_session AS s
             WHERE s.user_id = $1
               AND s.expires_at > now()
               AND NOT EXISTS (SELECT
                                 FROM token_blacklist_outstandingtoken AS o
                                 JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id
                                WHERE o.jti = s.refresh_jti)
            UNION ALL
            SELECT o.jti, o.created_at, o.created_at, o.expires_at, NULL, NULL, NULL
              FROM token_blacklist_outstandingtoken AS o
             WHERE o.user_id = $1
               AND o.expires_at > now()
               AND NOT EXISTS (SELECT FROM token_blacklist_blacklistedtoken AS b WHERE b.token_id = o.id)
               AND NOT EXISTS (SELECT FROM watchdxg_session_token AS t WHERE t.refresh_jti = o.jti)) AS live)sql";

const std::string kListSessionsSql = kLiveSessions + R"sql(
     ORDER BY last_used_at DESC, jti)sql";
const db::Query kListSessions{"list_sessions", kListSessionsSql};

const std::string kFindSessionSql = kLiveSessions + R"sql(
     WHERE jti = $3
        OR family = (SELECT family FROM watchdxg_session_token WHERE refresh_jti = $3))sql";
const db::Query kFindSession{"find_session", kFindSessionSql};

// What the three ways of ending share: `doomed` are the sessions, `loose` the refresh tokens without one.  $1 is the
// operator, $3 and $4 the address and the request id for the log.
const std::string kEnd = R"sql(, forgotten AS (
        DELETE FROM watchdxg_session AS session
         USING doomed
         WHERE session.family = doomed.family
        RETURNING session.family, session.refresh_jti
    ), marked AS (
        UPDATE watchdxg_session_token AS token
           SET ended = true
          FROM forgotten
         WHERE token.family = forgotten.family
    ), blacklisted AS (
        INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
        SELECT o.id, now()
          FROM token_blacklist_outstandingtoken AS o
         WHERE o.jti IN (SELECT refresh_jti FROM forgotten UNION ALL SELECT jti FROM loose)
            ON CONFLICT (token_id) DO NOTHING
        RETURNING token_id
    ), ended AS (
        SELECT (SELECT count(*) FROM forgotten) AS sessions, (SELECT count(*) FROM blacklisted) AS tokens
    ), logged AS (
        INSERT INTO watchdxg_log (time, level, event, operator, address, request_id, message)
        SELECT now(), 'info', ')sql" +
                         std::string(entry::kSessionEnded) +
                         R"sql(', operator.username, nullif($3::text, ''), nullif($4::text, ''),
               format('sessions: %s, refresh tokens: %s', ended.sessions, ended.tokens)
          FROM ended
          JOIN auth_user AS operator ON operator.id = $1
         WHERE ended.sessions + ended.tokens > 0
    )
    SELECT sessions + tokens > 0 FROM ended)sql";

const std::string kEndSessionSql = R"sql(
    WITH doomed AS (
        SELECT s.family
          FROM watchdxg_session AS s
          JOIN watchdxg_session_token AS t ON t.family = s.family
         WHERE t.refresh_jti = $2
           AND s.user_id = $1
    ), loose AS (
        SELECT jti
          FROM token_blacklist_outstandingtoken
         WHERE jti = $2
           AND user_id = $1
           AND expires_at > now()
           AND NOT EXISTS (SELECT FROM watchdxg_session_token WHERE refresh_jti = $2)
    ))sql" + kEnd;
const db::Query kEndSession{"end_session", kEndSessionSql};

const std::string kEndOtherSessionsSql = R"sql(
    WITH mine AS (
        SELECT family
          FROM watchdxg_session_token
         WHERE access_jti = $2
    ), doomed AS (
        SELECT family
          FROM watchdxg_session
         WHERE user_id = $1
           AND family NOT IN (SELECT family FROM mine)
    ), loose AS (
        SELECT o.jti
          FROM token_blacklist_outstandingtoken AS o
         WHERE o.user_id = $1
           AND o.expires_at > now()
           AND NOT EXISTS (SELECT FROM watchdxg_session_token AS t WHERE t.refresh_jti = o.jti)
    ))sql" + kEnd;
const db::Query kEndOtherSessions{"end_other_sessions", kEndOtherSessionsSql};

const std::string kEndFamilySql = R"sql(
    WITH doomed AS (
        SELECT $2::bigint AS family
    ), loose AS (
        SELECT NULL::varchar AS jti WHERE false
    ))sql" + kEnd;
const db::Query kEndFamily{"end_family", kEndFamilySql};

constexpr db::Query kFindBeginning{"find_session_beginning", R"sql(
    SELECT floor(extract(epoch FROM s.created_at))::bigint
      FROM watchdxg_session_token AS t
      JOIN watchdxg_session AS s ON s.family = t.family
     WHERE t.refresh_jti = $1)sql"};

/// @param in_time  a condition on `s`, the session, $1, the token, and $2, the seconds of grace
std::string reuse_sql(std::string_view in_time) {
    return fmt::format(R"sql(
    SELECT s.family,
           o.token,
           s.access_jti,
           floor(extract(epoch FROM s.access_expires_at))::bigint,
           {}
               AND u.is_active
               AND o.id IS NOT NULL
               AND NOT EXISTS (SELECT FROM token_blacklist_blacklistedtoken AS b WHERE b.token_id = o.id)
      FROM watchdxg_session_token AS t
      JOIN watchdxg_session AS s ON s.family = t.family
      JOIN auth_user AS u ON u.id = s.user_id
      LEFT JOIN token_blacklist_outstandingtoken AS o ON o.jti = s.refresh_jti
     WHERE t.refresh_jti = $1
       AND s.refresh_jti <> $1)sql",
                       in_time);
}

// The successor is still the session's current token, replaced just this one, and was not used yet.
const std::string kFindReuseSql = reuse_sql(R"sql(s.previous_jti = $1
               AND $2::double precision > 0
               AND s.last_used_at > now() - make_interval(secs => $2::double precision))sql");
const db::Query kFindReuse{"find_reuse", kFindReuseSql};

const std::string kFindSharedReuseSql = reuse_sql(R"sql(EXISTS (
               SELECT
                 FROM token_blacklist_outstandingtoken AS shown
                 JOIN token_blacklist_blacklistedtoken AS used ON used.token_id = shown.id
                WHERE shown.jti = $1
                  AND used.blacklisted_at > now() - make_interval(secs => $2::double precision)))sql");
const db::Query kFindSharedReuse{"find_shared_reuse", kFindSharedReuseSql};

}  // namespace

std::size_t SessionStore::add_list(db::Batch& batch, std::int32_t user_id, std::string_view access_jti) {
    return batch.add(kListSessions, {user_id, access_jti});
}

std::size_t SessionStore::add_find(db::Batch& batch, std::int32_t user_id, std::string_view access_jti,
                                   std::string_view jti) {
    return batch.add(kFindSession, {user_id, access_jti, jti});
}

asio::awaitable<bool> SessionStore::end(std::int32_t user_id, std::string_view jti, const Origin& origin) {
    db::Batch batch;
    batch.add(kLockOperator, {user_id});
    const std::size_t ended = batch.add(kEndSession, {user_id, jti, origin.address, origin.request_id});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(ended).front().boolean(0);
}

asio::awaitable<bool> SessionStore::end_others(std::int32_t user_id, std::string_view access_jti,
                                               const Origin& origin) {
    db::Batch batch;
    batch.add(kLockOperator, {user_id});
    const std::size_t ended = batch.add(kEndOtherSessions, {user_id, access_jti, origin.address, origin.request_id});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(ended).front().boolean(0);
}

asio::awaitable<bool> SessionStore::end_family(std::int32_t user_id, std::int64_t family, const Origin& origin) {
    db::Batch batch;
    batch.add(kLockOperator, {user_id});
    const std::size_t ended = batch.add(kEndFamily, {user_id, family, origin.address, origin.request_id});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(ended).front().boolean(0);
}

asio::awaitable<std::optional<base::UnixTime>> SessionStore::find_beginning(std::string_view refresh_jti) {
    db::Batch batch;
    batch.add(kFindBeginning, {refresh_jti});
    co_await pool_.execute(batch);
    if (batch.rows(0).empty()) co_return std::nullopt;
    co_return batch.rows(0).front().integer(0);
}

asio::awaitable<std::optional<Reuse>> SessionStore::find_reuse(std::string_view refresh_jti,
                                                               std::chrono::seconds grace) {
    return find_reuse(kFindReuse, refresh_jti, grace);
}

asio::awaitable<std::optional<Reuse>> SessionStore::find_shared_reuse(std::string_view refresh_jti,
                                                                      std::chrono::seconds grace) {
    return find_reuse(kFindSharedReuse, refresh_jti, grace);
}

asio::awaitable<std::optional<Reuse>> SessionStore::find_reuse(const db::Query& query, std::string_view refresh_jti,
                                                               std::chrono::seconds grace) {
    db::Batch batch;
    batch.add(query, {refresh_jti, std::int64_t{grace.count()}});
    co_await pool_.execute(batch);
    if (batch.rows(0).empty()) co_return std::nullopt;
    const db::Row row = batch.rows(0).front();
    Reuse reuse{.family = row.integer(0), .successor = std::nullopt};
    if (row.boolean(4))
        reuse.successor = {.refresh_text = std::string(row.text(1)),
                           .access_jti = std::string(row.text(2)),
                           .access_expires_at = row.integer(3)};
    co_return reuse;
}

}  // namespace wdx::store
