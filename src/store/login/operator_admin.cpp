#include "store/login/operator_admin.hpp"

#include "db/arrays.hpp"
#include "store/journal/journal.hpp"
#include "store/login/operator_lock.hpp"
#include "store/login/operators.hpp"
#include "store/login/second_factor.hpp"

namespace wdx::store {
namespace {

constexpr std::string_view kListOperators = "SELECT id, username FROM auth_user ORDER BY id LIMIT $1::bigint";
constexpr std::string_view kFindOperator = "SELECT id, username FROM auth_user WHERE username = $1";
constexpr std::string_view kHasTable = "SELECT to_regclass('auth_user') IS NOT NULL";
constexpr std::string_view kCountActive = "SELECT count(*) FROM auth_user WHERE is_active";
constexpr std::string_view kFindPasswordHash = "SELECT password FROM auth_user WHERE username = $1";
// This mode conflicts with itself, not with readers.
constexpr std::string_view kLockOperators = "LOCK TABLE auth_user IN SHARE ROW EXCLUSIVE MODE";
constexpr std::string_view kInsertOperator = R"sql(
    INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active,
                           first_name, last_name, email, last_login, date_joined)
    VALUES ($1, $2, false, false, true, '', '', '', NULL, now()))sql";

constexpr std::string_view kHasTotp = "SELECT EXISTS (SELECT FROM watchdxg_totp WHERE user_id = $1)";
constexpr std::string_view kDeleteTotp = "DELETE FROM watchdxg_totp WHERE user_id = $1";
constexpr std::string_view kDeleteRecoveryCodes = "DELETE FROM watchdxg_recovery_code WHERE user_id = $1";
constexpr std::string_view kLog =
    "INSERT INTO watchdxg_log (time, level, event, operator) VALUES (now(), 'warning', $1, $2)";

NamedOperator read_operator(const db::Row& row) {
    return {.id = static_cast<std::int32_t>(row.integer(0)), .username = std::string(row.text(1))};
}

}  // namespace

std::vector<NamedOperator> list_operators(db::Session& session, int most) {
    const db::Rows rows = session.execute(kListOperators, {std::to_string(most)});
    std::vector<NamedOperator> operators;
    operators.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) operators.push_back(read_operator(rows[i]));
    return operators;
}

std::optional<NamedOperator> find_operator(db::Session& session, std::string_view username) {
    const db::Rows rows = session.execute(kFindOperator, {username});
    if (rows.empty()) return std::nullopt;
    return read_operator(rows.front());
}

bool has_operator_table(db::Session& session) {
    return session.execute(kHasTable).front().boolean(0);
}

std::int64_t count_active_operators(db::Session& session) {
    return session.execute(kCountActive).front().integer(0);
}

std::optional<std::string> find_password_hash(db::Session& session, std::string_view username) {
    const db::Rows rows = session.execute(kFindPasswordHash, {username});
    if (rows.empty()) return std::nullopt;
    return std::string(rows.front().text(0));
}

void lock_operators(db::Session& session) {
    session.execute(kLockOperators);
}

void insert_operator(db::Session& session, std::string_view username, std::string_view password_hash) {
    session.execute(kInsertOperator, {username, password_hash});
}

std::optional<PasswordChange> set_password(db::Session& session, std::int32_t operator_id,
                                           std::string_view password_hash, base::UnixTime now) {
    const std::string id = std::to_string(operator_id);
    session.execute(kLockOperator.sql, {id});
    session.execute(kLockOperatorRow.sql, {id});
    const db::Rows rows = session.execute(kSetPassword.sql, {id, password_hash, std::to_string(now)});
    const db::Row row = rows.front();
    if (row.is_null(1)) return std::nullopt;
    return PasswordChange{.ended_sessions = row.integer(0), .cutoff = row.integer(1)};
}

bool has_second_factor(db::Session& session, std::int32_t operator_id) {
    return session.execute(kHasTotp, {std::to_string(operator_id)}).front().boolean(0);
}

bool enable_second_factor(db::Session& session, const NamedOperator& who, std::string_view secret, std::int64_t step,
                          const std::vector<std::string>& recovery_codes) {
    const std::string id = std::to_string(who.id);
    session.execute(kLockOperator.sql, {id});
    const std::string codes = db::text_array(recovery_codes);
    const db::Rows rows = session.execute(kEnableSecondFactor.sql, {id, secret, std::to_string(step), codes, "", ""});
    return rows.front().boolean(0);
}

bool disable_second_factor(db::Session& session, const NamedOperator& who) {
    const std::string id = std::to_string(who.id);
    session.execute(kLockOperator.sql, {id});
    if (session.execute(kDeleteTotp, {id}).affected() == 0) return false;
    session.execute(kDeleteRecoveryCodes, {id});
    session.execute(kLog, {entry::kFactorDisabled, who.username});
    return true;
}

}  // namespace wdx::store
