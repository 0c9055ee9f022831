#include "cli/changepassword.hpp"

#include "auth/password_hash.hpp"
#include "cli/command.hpp"
#include "cli/operators.hpp"
#include "store/login/operator_admin.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <thread>

namespace wdx::cli {
namespace {

using namespace std::chrono_literals;
using UnixSeconds = std::chrono::sys_seconds;

constexpr auto kLongestWait = 10s;

store::PasswordChange change(db::Session& session, std::int32_t operator_id, const std::string& hash,
                             std::chrono::seconds timeout) {
    db::Session::Transaction transaction(session, timeout);
    const auto result = store::set_password(session, operator_id, hash, base::unix_now());
    if (!result) throw CommandError(kRefused, "The user has just been deleted.");
    transaction.commit();
    return *result;
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
        store::NamedOperator user;
        {
            // Said before the password is asked for; this connection does not wait for somebody who types.
            db::Session session = connect(config);
            require_migrated(session);
            user = choose_operator(session, options.username);
        }
        const std::string hash = auth::hash_password(read_new_password(options.password, user.username, err));
        db::Session session = connect(config);
        const store::PasswordChange result = change(session, user.id, hash, config.statement_timeout);
        wait_until_after(UnixSeconds(std::chrono::seconds(result.cutoff)), err);
        out << "Changed the password of " << user.username << "; sessions ended: " << result.ended_sessions << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
