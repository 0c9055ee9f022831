#include "cli/changepassword.hpp"

#include "auth/password_hash.hpp"
#include "cli/command.hpp"
#include "cli/operators.hpp"
#include "store/operator_lock.hpp"
#include "store/operators.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <thread>

namespace wdx::cli {
namespace {

using namespace std::chrono_literals;
using UnixSeconds = std::chrono::sys_seconds;

constexpr auto kLongestWait = 10s;

struct Change {
    std::int64_t ended_sessions = 0;
    UnixSeconds cutoff;
};

UnixSeconds this_second() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Change change(db::Session& session, const std::string& user_id, const std::string& hash, std::chrono::seconds timeout) {
    const std::string now = std::to_string(this_second().time_since_epoch().count());
    db::Session::Transaction transaction(session, timeout);
    session.execute(store::kLockOperator.sql, {user_id});
    session.execute(store::kLockOperatorRow.sql, {user_id});
    const db::Rows rows = session.execute(store::kSetPassword.sql, {user_id, hash, now});
    const db::Row row = rows.front();
    if (row.is_null(1)) throw CommandError(kRefused, "The user has just been deleted.");
    const Change result{row.integer(0), UnixSeconds(std::chrono::seconds(row.integer(1)))};
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
        Operator user;
        {
            // Said before the password is asked for; this connection does not wait for somebody who types.
            db::Session session = connect(config);
            require_migrated(session);
            user = choose_operator(session, options.username);
        }
        const std::string hash = auth::hash_password(read_new_password(options.password, user.username, err));
        db::Session session = connect(config);
        const Change result = change(session, user.id, hash, config.statement_timeout);
        wait_until_after(result.cutoff, err);
        out << "Changed the password of " << user.username << "; sessions ended: " << result.ended_sessions << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
