#include "store/login/tokens.hpp"

#include "base/json_writer.hpp"
#include "base/safe_text.hpp"
#include "base/unicode.hpp"
#include "store/login/operator_lock.hpp"

#include <algorithm>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr std::ptrdiff_t kLongestJti = 255;

constexpr db::Query kCheckAccess{"check_access", R"sql(
    SELECT u.is_active, floor(extract(epoch FROM c.not_before))::bigint, coalesce(t.ended, false)
      FROM auth_user AS u
      LEFT JOIN watchdxg_session_cutoff AS c ON c.user_id = u.id
      LEFT JOIN watchdxg_session_token AS t ON t.access_jti = $2
     WHERE u.id = $1)sql"};

constexpr db::Query kCheckAccessOfMany{"check_access_of_many", R"sql(
    SELECT u.is_active, floor(extract(epoch FROM c.not_before))::bigint, coalesce(t.ended, false), o.user_id, o.jti
      FROM jsonb_to_recordset($1::jsonb) AS o(user_id integer, jti text)
      JOIN auth_user AS u ON u.id = o.user_id
      LEFT JOIN watchdxg_session_cutoff AS c ON c.user_id = u.id
      LEFT JOIN watchdxg_session_token AS t ON t.access_jti = o.jti)sql"};

const std::string kInsertLoginSql = std::string(kCheckedOperator) + R"sql(, recorded AS (
        INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
        SELECT id, $5::varchar, $6::text, now(), to_timestamp($7::double precision)
          FROM operator
            ON CONFLICT (jti) DO NOTHING
        RETURNING user_id AS id
    ), session AS (
        INSERT INTO watchdxg_session (user_id, created_at, last_used_at, expires_at, refresh_jti, access_jti,
                                      access_expires_at, address, user_agent)
        SELECT id, now(), now(), to_timestamp($7::double precision), $5::varchar, $8::varchar,
               to_timestamp($9::double precision), nullif($10::text, ''), nullif($11::text, '')
          FROM recorded
        RETURNING family, expires_at, access_expires_at
    )
    INSERT INTO watchdxg_session_token (refresh_jti, access_jti, family, expires_at)
    SELECT $5::varchar, $8::varchar, family, greatest(expires_at, access_expires_at)
      FROM session)sql";
const db::Query kInsertLogin{"insert_login", kInsertLoginSql};

// Hangs on the row that kInsertLogin, in the same transaction, has made or not.
constexpr db::Query kUpsertLoginAddress{"upsert_login_address", R"sql(
    INSERT INTO watchdxg_login_address (address, last_login_at)
    SELECT $1, now()
     WHERE EXISTS (SELECT FROM token_blacklist_outstandingtoken WHERE jti = $2)
        ON CONFLICT (address) DO UPDATE SET last_login_at = excluded.last_login_at)sql"};

constexpr db::Query kFindLoginAddress{"find_login_address", R"sql(
    SELECT 1
      FROM watchdxg_login_address
     WHERE address = $1
       AND last_login_at > now() - make_interval(days => $2::integer))sql"};

// "presented" locks the row of the old token (the update changes nothing): of two rotations at once the second waits
// there, and then finds the row in "blacklisted" taken.  It sets no key column: that lock would also wait for foreign
// keys that refer to the row, and so deadlock with the original blacklisting the same token.  What a token did not do,
// the others may: each part hangs on the rows of the one before.
// A session goes on where the presented token belongs to one; else "begun" makes one, as old as that token,
// and the token is recorded with it, so that its reuse is noticed.
constexpr db::Query kRotateToken{"rotate_token", R"sql(
    WITH operator AS (
        SELECT u.id, t.family, coalesce(t.ended, false) AS ended,
               c.not_before IS NOT NULL
                   AND coalesce(to_timestamp($8::double precision) <= c.not_before, true) AS cut_off
          FROM auth_user AS u
          LEFT JOIN watchdxg_session_cutoff AS c ON c.user_id = u.id
          LEFT JOIN watchdxg_session_token AS t ON t.refresh_jti = $2
         WHERE u.id = $1
           AND u.is_active
    ), presented AS (
        INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
        SELECT id, $2::varchar, $3::text, now(), to_timestamp($4::double precision)
          FROM operator
         WHERE NOT cut_off
           AND NOT ended
            ON CONFLICT (jti) DO UPDATE SET created_at = token_blacklist_outstandingtoken.created_at
        RETURNING id
    ), blacklisted AS (
        INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
        SELECT id, now()
          FROM presented
            ON CONFLICT (token_id) DO NOTHING
        RETURNING token_id
    ), successor AS (
        INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
        SELECT $1, $5::varchar, $6::text, now(), to_timestamp($7::double precision)
          FROM blacklisted
        RETURNING user_id, created_at, expires_at
    ), continued AS (
        UPDATE watchdxg_session AS session
           SET last_used_at = successor.created_at, expires_at = successor.expires_at, previous_jti = $2,
               refresh_jti = $5, access_jti = $9, access_expires_at = to_timestamp($10::double precision),
               address = nullif($11::text, ''), user_agent = nullif($12::text, '')
          FROM operator, successor
         WHERE session.family = operator.family
        RETURNING session.family
    ), begun AS (
        INSERT INTO watchdxg_session (user_id, created_at, last_used_at, expires_at, previous_jti, refresh_jti,
                                      access_jti, access_expires_at, address, user_agent)
        SELECT user_id, coalesce(to_timestamp($8::double precision), created_at), created_at, expires_at, $2, $5, $9,
               to_timestamp($10::double precision), nullif($11::text, ''), nullif($12::text, '')
          FROM successor
         WHERE NOT EXISTS (SELECT FROM continued)
        RETURNING family
    ), pair AS (
        INSERT INTO watchdxg_session_token (refresh_jti, access_jti, family, expires_at)
        SELECT $5, $9, family, greatest(to_timestamp($7::double precision), to_timestamp($10::double precision))
          FROM (SELECT family FROM continued UNION ALL SELECT family FROM begun) AS session
        UNION ALL
        SELECT $2, NULL, family, to_timestamp($4::double precision)
          FROM begun
            ON CONFLICT (refresh_jti) DO UPDATE SET family = EXCLUDED.family
    )
    SELECT EXISTS (SELECT FROM successor),
           EXISTS (SELECT FROM operator),
           EXISTS (SELECT FROM operator WHERE cut_off))sql"};

// SimpleJWT's `BlacklistMixin.blacklist`: a token of a user who is gone is recorded without a user.
constexpr db::Query kBlacklist{"log_out", R"sql(
    WITH presented AS (
        INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
        VALUES ((SELECT id FROM auth_user WHERE id = $1), $2, $3, now(), to_timestamp($4::double precision))
            ON CONFLICT (jti) DO UPDATE SET created_at = token_blacklist_outstandingtoken.created_at
        RETURNING id
    )
    INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
    SELECT id, now()
      FROM presented
        ON CONFLICT (token_id) DO NOTHING)sql"};

constexpr db::Query kFindState{"find_token_state", R"sql(
    SELECT EXISTS (SELECT
                     FROM token_blacklist_outstandingtoken AS o
                     JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id
                    WHERE o.jti = $1),
           EXISTS (SELECT FROM watchdxg_session_token WHERE refresh_jti = $1 AND ended)
               OR EXISTS (SELECT FROM watchdxg_session_token WHERE access_jti = $1 AND ended),
           (SELECT floor(extract(epoch FROM not_before))::bigint FROM watchdxg_session_cutoff WHERE user_id = $2))sql"};

constexpr db::Query kIsBlacklisted{"is_blacklisted", R"sql(
    SELECT 1
      FROM token_blacklist_outstandingtoken AS o
      JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id
     WHERE o.jti = $1)sql"};

constexpr db::Query kIsRecorded{"is_recorded", R"sql(
    SELECT 1
      FROM token_blacklist_outstandingtoken
     WHERE jti = $1)sql"};

/// @param row  begins with the columns of kCheckAccess
Access access_of(const db::Row& row) {
    Access access{.exists = true, .is_active = row.boolean(0), .session_ended = row.boolean(2), .not_before = {}};
    if (!row.is_null(1)) access.not_before = row.integer(1);
    return access;
}

Origin in_ascii(const Origin& origin) {
    return {
        .address = origin.address, .user_agent = base::ascii_text(origin.user_agent), .request_id = origin.request_id};
}

}  // namespace

bool is_storable_jti(std::string_view jti) {
    const auto characters =
        std::count_if(jti.begin(), jti.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
    return base::is_utf8(jti) && jti.find('\0') == std::string_view::npos && characters <= kLongestJti;
}

std::size_t TokenStore::add_access_check(db::Batch& batch, std::int32_t user_id, std::string_view jti) {
    return batch.add(kCheckAccess, {user_id, jti});
}

Access TokenStore::read_access(const db::Rows& rows) {
    return rows.empty() ? Access{} : access_of(rows.front());
}

asio::awaitable<void> TokenStore::check_access(std::map<Owner, Access>& owners) {
    std::string list;
    for (const auto& [owner, access] : owners) {
        fmt::format_to(std::back_inserter(list), R"({}{{"user_id":{},"jti":)", list.empty() ? '[' : ',', owner.first);
        base::append_json_string(list, owner.second);
        list += '}';
    }
    if (list.empty()) co_return;
    db::Batch batch;
    const std::size_t index = batch.add(kCheckAccessOfMany, {list + ']'});
    co_await pool_.execute(batch);
    const db::Rows& rows = batch.rows(index);
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        owners[{static_cast<std::int32_t>(row.integer(3)), std::string(row.text(4))}] = access_of(row);
    }
}

/// @return false when the database's encoding may lack a character of the User-Agent, which is merely recorded: to be
///         tried again without it
asio::awaitable<bool> TokenStore::try_to_record(db::Batch& batch, const Origin& origin) {
    try {
        co_await pool_.execute(batch, db::Work::write);
    } catch (const db::DbError& error) {
        if (!error.is_untranslatable() || base::ascii_text(origin.user_agent) == origin.user_agent) throw;
        co_return false;
    }
    co_return true;
}

asio::awaitable<bool> TokenStore::insert_login(const CheckedOperator& checked, const TokenPair& tokens,
                                               const Origin& origin, const std::string& address_key) {
    db::Batch batch;
    batch.add(kShareOperator, {checked.id});
    const std::size_t login =
        batch.add(kInsertLogin, {checked.id, checked.password_hash, checked.factor.step, checked.factor.recovery_hash,
                                 tokens.refresh.jti, tokens.refresh.text, tokens.refresh.expires_at, tokens.access.jti,
                                 tokens.access.expires_at, origin.address, origin.user_agent});
    batch.add(kUpsertLoginAddress, {address_key, tokens.refresh.jti});
    if (!co_await try_to_record(batch, origin)) {
        const Origin plain = in_ascii(origin);
        co_return co_await insert_login(checked, tokens, plain, address_key);
    }
    co_return batch.rows(login).affected() == 1;
}

asio::awaitable<bool> TokenStore::has_logged_in(const std::string& address_key) {
    db::Batch batch;
    batch.add(kFindLoginAddress, {address_key, static_cast<std::int32_t>(kKnownAddress.count())});
    co_await pool_.execute(batch);
    co_return !batch.rows(0).empty();
}

asio::awaitable<Rotation> TokenStore::rotate(std::int32_t user_id, const TokenRecord& presented,
                                             std::optional<base::UnixTime> issued_at, const TokenPair& successors,
                                             const Origin& origin) {
    db::Batch batch;
    batch.add(kShareOperator, {user_id});
    const std::size_t rotation = batch.add(
        kRotateToken, {user_id, presented.jti, presented.text, presented.expires_at, successors.refresh.jti,
                       successors.refresh.text, successors.refresh.expires_at, issued_at, successors.access.jti,
                       successors.access.expires_at, origin.address, origin.user_agent});
    if (!co_await try_to_record(batch, origin)) {
        const Origin plain = in_ascii(origin);
        co_return co_await rotate(user_id, presented, issued_at, successors, plain);
    }
    const db::Row row = batch.rows(rotation).front();
    if (row.boolean(0)) co_return Rotation::done;
    const bool operator_ok = row.boolean(1);
    const bool cut_off = row.boolean(2);
    if (operator_ok && !cut_off) co_return Rotation::blacklisted;
    // The blacklist comes first in SimpleJWT.
    if (co_await is_blacklisted(presented.jti)) co_return Rotation::blacklisted;
    co_return operator_ok ? Rotation::cut_off : Rotation::no_user;
}

asio::awaitable<bool> TokenStore::blacklist(std::optional<std::int32_t> user_id, const TokenRecord& presented) {
    db::Batch batch;
    batch.add(kBlacklist, {user_id, presented.jti, presented.text, presented.expires_at});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(0).affected() == 1;
}

asio::awaitable<TokenState> TokenStore::find_state(std::string_view jti, std::optional<std::int32_t> user_id) {
    db::Batch batch;
    batch.add(kFindState, {jti, user_id});
    co_await pool_.execute(batch);
    const db::Row row = batch.rows(0).front();
    TokenState state{.is_blacklisted = row.boolean(0), .session_ended = row.boolean(1), .not_before = {}};
    if (!row.is_null(2)) state.not_before = row.integer(2);
    co_return state;
}

asio::awaitable<bool> TokenStore::is_blacklisted(std::string_view jti) {
    db::Batch batch;
    batch.add(kIsBlacklisted, {jti});
    co_await pool_.execute(batch);
    co_return !batch.rows(0).empty();
}

asio::awaitable<bool> TokenStore::is_recorded(std::string_view jti) {
    db::Batch batch;
    batch.add(kIsRecorded, {jti});
    co_await pool_.execute(batch);
    co_return !batch.rows(0).empty();
}

}  // namespace wdx::store
