#include "cli/changepassword.hpp"

#include "auth/password_hash.hpp"
#include "cli/command.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <thread>

namespace wdx::cli {
namespace {

using namespace std::chrono_literals;
using UnixSeconds = std::chrono::sys_seconds;

constexpr std::string_view kListUsernames = "SELECT username FROM auth_user ORDER BY id LIMIT 10";
constexpr std::string_view kFindUser = "SELECT id FROM auth_user WHERE username = $1";
constexpr std::string_view kLockUser = "SELECT id FROM auth_user WHERE username = $1 FOR UPDATE";
constexpr std::string_view kSetPassword = "UPDATE auth_user SET password = $2 WHERE id = $1";
constexpr std::string_view kBlacklistTokens = R"sql(
    INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
    SELECT token.id, now()
      FROM token_blacklist_outstandingtoken AS token
     WHERE token.user_id = $1
       AND token.expires_at > now()
    ON CONFLICT (token_id) DO NOTHING)sql";
// The later one of the two clocks: tokens get their `iat` from the server's, which is mostly this machine's.
constexpr std::string_view kSetCutoff = R"sql(
    INSERT INTO watchdxg_session_cutoff AS cutoff (user_id, not_before)
    VALUES ($1, greatest(date_trunc('second', clock_timestamp()), to_timestamp($2::bigint)))
    ON CONFLICT (user_id) DO UPDATE SET not_before = greatest(cutoff.not_before, EXCLUDED.not_before)
    RETURNING extract(epoch FROM not_before)::bigint)sql";

constexpr auto kLongestWait = 10s;

struct Change {
    std::string user_id;
    std::int64_t ended_sessions = 0;
    UnixSeconds cutoff;
};

std::string choose_username(db::Session& session, const std::string& wanted) {
    if (!wanted.empty()) {
        if (session.execute(kFindUser, {wanted}).empty())
            throw CommandError(kRefused, "There is no user " + wanted + ".");
        return wanted;
    }
    const db::Rows rows = session.execute(kListUsernames);
    if (rows.empty()) throw CommandError(kRefused, "There is no operator yet. Use create_user.");
    if (rows.size() == 1) return std::string(rows.front().text(0));
    std::string names;
    for (int i = 0; i < rows.size(); ++i) names += (i == 0 ? "" : ", ") + std::string(rows[i].text(0));
    throw CommandError(kUsage, "There is more than one user; say which by --username: " + names);
}

UnixSeconds this_second() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

UnixSeconds set_cutoff(db::Session& session, const std::string& user_id) {
    const std::string now = std::to_string(this_second().time_since_epoch().count());
    return UnixSeconds(std::chrono::seconds(session.execute(kSetCutoff, {user_id, now}).front().integer(0)));
}

Change change(db::Session& session, const std::string& username, const std::string& hash,
              std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    const db::Rows user = session.execute(kLockUser, {username});
    if (user.empty()) throw CommandError(kRefused, "The user " + username + " has just been deleted.");
    Change result;
    result.user_id = user.front().text(0);
    session.execute(kSetPassword, {result.user_id, hash});
    result.ended_sessions = session.execute(kBlacklistTokens, {result.user_id}).affected();
    result.cutoff = set_cutoff(session, result.user_id);
    transaction.commit();
    return result;
}

void wait_until_after(UnixSeconds cutoff, std::ostream& err) {
    const auto remaining = cutoff + 1s - std::chrono::system_clock::now();
    if (remaining <= 0s) return;
    if (remaining > kLongestWait) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(remaining).count();
        err << "This machine's clock is behind the database's: nobody can log in for another " << seconds
            << " s. Set the clocks right.\n";
        return;
    }
    std::this_thread::sleep_for(remaining);
}

}  // namespace

int changepassword(const config::Config& config, const ChangePasswordOptions& options, std::ostream& out,
                   std::ostream& err) {
    return run_command(err, [&] {
        require_password_source(options.password);
        std::string username;
        {
            // Said before the password is asked for; this connection does not wait for somebody who types.
            db::Session session = connect(config);
            require_migrated(session);
            username = choose_username(session, options.username);
        }
        const std::string hash = auth::hash_password(read_new_password(options.password, username, err));
        db::Session session = connect(config);
        Change result = change(session, username, hash, config.statement_timeout);
        // What read the database before the commit knows no cut-off, and may have issued a token until then.  So the
        // cut-off must not lie before the second in which it was committed.
        while (this_second() > result.cutoff) result.cutoff = set_cutoff(session, result.user_id);
        wait_until_after(result.cutoff, err);
        out << "Changed the password of " << username << "; sessions ended: " << result.ended_sessions << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
