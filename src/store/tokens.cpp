#include "store/tokens.hpp"

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr db::Query kCheckAccess{"check_access", R"sql(
    SELECT u.is_active, floor(extract(epoch FROM c.not_before))::bigint
      FROM auth_user AS u
      LEFT JOIN watchdxg_session_cutoff AS c ON c.user_id = u.id
     WHERE u.id = $1)sql"};

constexpr db::Query kFindCredentials{"find_credentials", R"sql(
    SELECT id, password, is_active
      FROM auth_user
     WHERE username = $1)sql"};

constexpr db::Query kUpdatePasswordHash{"update_password_hash", R"sql(
    UPDATE auth_user
       SET password = $3
     WHERE id = $1
       AND password = $2)sql"};

constexpr db::Query kInsertLogin{"insert_login", R"sql(
    INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
    SELECT id, $3::varchar, $4::text, now(), to_timestamp($5::double precision)
      FROM auth_user
     WHERE id = $1
       AND is_active
       AND password = $2)sql"};

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
constexpr db::Query kRotateToken{"rotate_token", R"sql(
    WITH operator AS (
        SELECT u.id, c.not_before IS NOT NULL
                     AND coalesce(to_timestamp($8::double precision) <= c.not_before, true) AS cut_off
          FROM auth_user AS u
          LEFT JOIN watchdxg_session_cutoff AS c ON c.user_id = u.id
         WHERE u.id = $1
           AND u.is_active
    ), presented AS (
        INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
        SELECT id, $2::varchar, $3::text, now(), to_timestamp($4::double precision)
          FROM operator
         WHERE NOT cut_off
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
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM successor),
           EXISTS (SELECT FROM operator),
           EXISTS (SELECT FROM operator WHERE cut_off))sql"};

constexpr db::Query kIsBlacklisted{"is_blacklisted", R"sql(
    SELECT 1
      FROM token_blacklist_outstandingtoken AS o
      JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id
     WHERE o.jti = $1)sql"};

constexpr db::Query kIsRecorded{"is_recorded", R"sql(
    SELECT 1
      FROM token_blacklist_outstandingtoken
     WHERE jti = $1)sql"};

}  // namespace

std::size_t TokenStore::add_access_check(db::Batch& batch, std::int32_t user_id) {
    return batch.add(kCheckAccess, {user_id});
}

Access TokenStore::read_access(const db::Rows& rows) {
    if (rows.empty()) return {};
    const db::Row row = rows.front();
    Access access{.exists = true, .is_active = row.boolean(0), .not_before = std::nullopt};
    if (!row.is_null(1)) access.not_before = row.integer(1);
    return access;
}

asio::awaitable<std::optional<Credentials>> TokenStore::find_credentials(std::string_view username) {
    db::Batch batch;
    batch.add(kFindCredentials, {username});
    co_await pool_.execute(batch);
    if (batch.rows(0).empty()) co_return std::nullopt;
    const db::Row row = batch.rows(0).front();
    co_return Credentials{.id = static_cast<std::int32_t>(row.integer(0)),
                          .password_hash = std::string(row.text(1)),
                          .is_active = row.boolean(2)};
}

asio::awaitable<void> TokenStore::update_password_hash(std::int32_t user_id, const std::string& old_hash,
                                                       const std::string& new_hash) {
    db::Batch batch;
    batch.add(kUpdatePasswordHash, {user_id, old_hash, new_hash});
    co_await pool_.execute(batch);
}

asio::awaitable<bool> TokenStore::insert_login(std::int32_t user_id, const std::string& password_hash,
                                               const TokenRecord& refresh, const std::string& address) {
    db::Batch batch;
    batch.add(kInsertLogin, {user_id, password_hash, refresh.jti, refresh.text, refresh.expires_at});
    batch.add(kUpsertLoginAddress, {address, refresh.jti});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(0).affected() == 1;
}

asio::awaitable<bool> TokenStore::has_logged_in(const std::string& address, std::chrono::days within) {
    db::Batch batch;
    batch.add(kFindLoginAddress, {address, static_cast<std::int32_t>(within.count())});
    co_await pool_.execute(batch);
    co_return !batch.rows(0).empty();
}

asio::awaitable<Rotation> TokenStore::rotate(std::int32_t user_id, const TokenRecord& presented,
                                             std::optional<base::UnixTime> issued_at, const TokenRecord& successor) {
    db::Batch batch;
    batch.add(kRotateToken,
              {user_id, presented.jti, presented.text, presented.expires_at, successor.jti, successor.text,
               successor.expires_at, issued_at ? db::Param(*issued_at) : db::Param(std::nullopt)});
    co_await pool_.execute(batch, db::Work::write);
    const db::Row row = batch.rows(0).front();
    if (row.boolean(0)) co_return Rotation::done;
    const bool operator_ok = row.boolean(1);
    const bool cut_off = row.boolean(2);
    if (operator_ok && !cut_off) co_return Rotation::blacklisted;
    // The blacklist comes first in SimpleJWT.
    if (co_await is_blacklisted(presented.jti)) co_return Rotation::blacklisted;
    co_return operator_ok ? Rotation::cut_off : Rotation::no_user;
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
