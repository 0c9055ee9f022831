#include "cli/totp.hpp"

#include "auth/totp.hpp"
#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/operators.hpp"
#include "cli/terminal.hpp"
#include "store/event_log.hpp"
#include "store/operator_lock.hpp"

#include <string_view>
#include <vector>

namespace wdx::cli {
namespace {

constexpr std::size_t kRecoveryCodes = 10;
constexpr int kAttempts = 3;

constexpr std::string_view kHasTotp = "SELECT EXISTS (SELECT FROM watchdxg_totp WHERE user_id = $1)";
// The step of the code that was tried counts as used; without one, nothing does.
constexpr std::string_view kInsertTotp = R"sql(
    INSERT INTO watchdxg_totp (user_id, secret, last_step, enabled_at)
    VALUES ($1, $2, $3, now())
    ON CONFLICT (user_id) DO NOTHING)sql";
constexpr std::string_view kInsertRecoveryCode =
    "INSERT INTO watchdxg_recovery_code (user_id, code_hash) VALUES ($1, $2)";
constexpr std::string_view kLog =
    "INSERT INTO watchdxg_log (time, level, event, operator) VALUES (now(), 'warning', $1, $2)";
constexpr std::string_view kDeleteTotp = "DELETE FROM watchdxg_totp WHERE user_id = $1";
constexpr std::string_view kDeleteRecoveryCodes = "DELETE FROM watchdxg_recovery_code WHERE user_id = $1";

constexpr std::string_view kWarning =
    "From now on a login needs the code, in the field \"otp\" of POST /api/token/. Two programs know nothing of that:\n"
    "  - the stock watchdxg-front, whose login form sends no code: nobody can log in with it;\n"
    "  - the original Django backend, which still lets the password alone in, if it runs on this database.\n"
    "HTTP Basic is refused.\n";

void refuse_second(db::Session& session, const Operator& user) {
    if (session.execute(kHasTotp, {user.id}).front().boolean(0))
        throw CommandError(kRefused, user.username + " has a second factor already. `totp disable` takes it away.");
}

/// Shows that the app has the secret.  @return the step of the code
std::int64_t confirm(const std::string& secret, std::ostream& err) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto code = ask("Code from the app: ");
        if (!code) throw CommandError(kRefused, "Cancelled; nothing was changed.");
        if (const auto step = auth::match_totp(secret, *code, base::unix_now())) return *step;
        err << "That is not the code of this moment. Is the clock of the phone, and of this machine, right?"
            << std::endl;
    }
    throw CommandError(kRefused, "Given up; nothing was changed.");
}

void store(db::Session& session, const Operator& user, const std::string& secret, std::int64_t step,
           const std::vector<std::string>& codes, std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    session.execute(store::kLockOperator.sql, {user.id});
    refuse_second(session, user);
    session.execute(kInsertTotp, {user.id, secret, std::to_string(step)});
    session.execute(kDeleteRecoveryCodes, {user.id});
    for (const std::string& code : codes)
        session.execute(kInsertRecoveryCode, {user.id, auth::hash_recovery_code(code)});
    session.execute(kLog, {store::event::kFactorEnabled, user.username});
    transaction.commit();
}

}  // namespace

int enable_totp(const config::Config& config, const std::string& username, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        Operator user;
        {
            // This connection does not wait for somebody who types.
            db::Session session = connect(config);
            require_migrated(session);
            user = choose_operator(session, username);
            refuse_second(session, user);
        }
        const std::string secret = auth::make_totp_secret();
        out << "Secret: " << secret << '\n'
            << "Address: " << auth::totp_uri(secret, user.username) << '\n'
            << std::flush;
        const std::int64_t step = is_interactive() ? confirm(secret, err) : 0;
        const std::vector<std::string> codes = auth::make_recovery_codes(kRecoveryCodes);
        db::Session session = connect(config);
        store(session, user, secret, step, codes, config.statement_timeout);
        out << "Recovery codes, each good for one login instead of a code; they are not shown again:\n";
        for (const std::string& code : codes) out << "  " << code << '\n';
        err << "The second factor of " << user.username << " is on. " << kWarning;
        return kDone;
    });
}

int disable_totp(const config::Config& config, const std::string& username, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        db::Session session = connect(config);
        require_migrated(session);
        const Operator user = choose_operator(session, username);
        db::Session::Transaction transaction(session, config.statement_timeout);
        session.execute(store::kLockOperator.sql, {user.id});
        const bool had_one = session.execute(kDeleteTotp, {user.id}).affected() > 0;
        if (!had_one) throw CommandError(kRefused, user.username + " has no second factor.");
        session.execute(kDeleteRecoveryCodes, {user.id});
        session.execute(kLog, {store::event::kFactorDisabled, user.username});
        transaction.commit();
        out << "The second factor of " << user.username << " is off: the password alone is enough.\n";
        return kDone;
    });
}

}  // namespace wdx::cli
