#include "store/login/second_factor.hpp"

#include "db/arrays.hpp"
#include "store/journal/journal.hpp"
#include "store/login/operator_lock.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr db::Query kFindState{"find_second_factor", R"sql(
    SELECT u.username,
           t.user_id IS NOT NULL,
           CASE WHEN o.expires_at > now() THEN o.secret END
      FROM auth_user AS u
      LEFT JOIN watchdxg_totp AS t ON t.user_id = u.id
      LEFT JOIN watchdxg_totp_offer AS o ON o.user_id = u.id
     WHERE u.id = $1)sql"};

const std::string kOfferSql = fmt::format(R"sql(
    INSERT INTO watchdxg_totp_offer (user_id, secret, expires_at)
    SELECT id, $3::text, now() + interval '{} minutes'
      FROM auth_user
     WHERE id = $1
       AND is_active
       AND password = $2
       AND NOT EXISTS (SELECT FROM watchdxg_totp WHERE user_id = $1)
        ON CONFLICT (user_id) DO UPDATE SET secret = EXCLUDED.secret, expires_at = EXCLUDED.expires_at)sql",
                                          kFactorOffer.count());
const db::Query kOffer{"offer_second_factor", kOfferSql};

const std::string kEnableSql = fmt::format(R"sql(
    WITH enabled AS (
        INSERT INTO watchdxg_totp (user_id, secret, last_step, enabled_at)
        SELECT id, $2::text, $3::bigint, now()
          FROM auth_user
         WHERE id = $1::integer
            ON CONFLICT (user_id) DO NOTHING
        RETURNING user_id
    ), forgotten AS (
        DELETE FROM watchdxg_recovery_code WHERE user_id IN (SELECT user_id FROM enabled)
    ), coded AS (
        INSERT INTO watchdxg_recovery_code (user_id, code_hash)
        SELECT user_id, unnest($4::text[])
          FROM enabled
    ), settled AS (
        DELETE FROM watchdxg_totp_offer WHERE user_id IN (SELECT user_id FROM enabled)
    ), logged AS (
        INSERT INTO watchdxg_log (time, level, event, operator, address, request_id)
        SELECT now(), 'warning', '{}', u.username, nullif($5::text, ''), nullif($6::text, '')
          FROM enabled
          JOIN auth_user AS u ON u.id = enabled.user_id
    )
    SELECT EXISTS (SELECT FROM enabled))sql",
                                           entry::kFactorEnabled);

constexpr db::Query kIsEnabledWith{"is_second_factor_enabled_with", R"sql(
    SELECT 1
      FROM watchdxg_totp AS t
      JOIN watchdxg_recovery_code AS c ON c.user_id = t.user_id
     WHERE t.user_id = $1
       AND t.secret = $2
       AND c.code_hash = $3)sql"};

// The proof is as for kCheckedOperator; what it uses up is gone with the rest.
const std::string kDisableSql = fmt::format(R"sql(
    WITH removed AS (
        DELETE FROM watchdxg_totp AS t
         USING auth_user AS u
         WHERE u.id = $1
           AND u.is_active
           AND u.password = $2
           AND t.user_id = u.id
           AND (coalesce(t.last_step < $3::bigint, false)
                OR EXISTS (SELECT FROM watchdxg_recovery_code AS c WHERE c.user_id = u.id AND c.code_hash = $4::text))
        RETURNING t.user_id, u.username
    ), forgotten AS (
        DELETE FROM watchdxg_recovery_code WHERE user_id IN (SELECT user_id FROM removed)
    ), logged AS (
        INSERT INTO watchdxg_log (time, level, event, operator, address, request_id)
        SELECT now(), 'warning', '{}', username, nullif($5::text, ''), nullif($6::text, '')
          FROM removed
    )
    SELECT EXISTS (SELECT FROM removed))sql",
                                            entry::kFactorDisabled);
const db::Query kDisable{"disable_second_factor", kDisableSql};

}  // namespace

const db::Query kEnableSecondFactor{"enable_second_factor", kEnableSql};

asio::awaitable<bool> SecondFactorStore::offer(const CheckedOperator& checked, const std::string& secret) {
    db::Batch batch;
    batch.add(kLockOperator, {checked.id});
    const std::size_t offered = batch.add(kOffer, {checked.id, checked.password_hash, secret});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(offered).affected() == 1;
}

std::size_t SecondFactorStore::add_find(db::Batch& batch, std::int32_t user_id) {
    return batch.add(kFindState, {user_id});
}

SecondFactorStore::State SecondFactorStore::read_state(const db::Rows& rows) {
    const db::Row row = rows.front();
    State state{.username = std::string(row.text(0)), .is_enabled = row.boolean(1), .offered_secret = {}};
    if (const auto secret = row.optional_text(2)) state.offered_secret = *secret;
    return state;
}

asio::awaitable<bool> SecondFactorStore::enable(std::int32_t user_id, const std::string& secret, std::int64_t step,
                                                const std::vector<std::string>& recovery_hashes, const Origin& origin) {
    db::Batch batch;
    batch.add(kLockOperator, {user_id});
    const std::size_t enabled = batch.add(kEnableSecondFactor, {user_id, secret, step, db::text_array(recovery_hashes),
                                                                origin.address, origin.request_id});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(enabled).front().boolean(0);
}

asio::awaitable<bool> SecondFactorStore::is_enabled_with(std::int32_t user_id, const std::string& secret,
                                                         const std::string& recovery_hash) {
    db::Batch batch;
    batch.add(kIsEnabledWith, {user_id, secret, recovery_hash});
    co_await pool_.execute(batch);
    co_return !batch.rows(0).empty();
}

asio::awaitable<bool> SecondFactorStore::disable(const CheckedOperator& checked, const Origin& origin) {
    db::Batch batch;
    batch.add(kLockOperator, {checked.id});
    const std::size_t disabled = batch.add(kDisable, {checked.id, checked.password_hash, checked.factor.step,
                                                      checked.factor.recovery_hash, origin.address, origin.request_id});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(disabled).front().boolean(0);
}

}  // namespace wdx::store
