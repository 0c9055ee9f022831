#include "cli/create_user.hpp"

#include "auth/password_hash.hpp"
#include "cli/command.hpp"
#include "cli/terminal.hpp"
#include "cli/username.hpp"

#include <optional>
#include <string_view>

namespace wdx::cli {
namespace {

constexpr std::string_view kFindUsername = "SELECT 1 FROM auth_user WHERE username = $1";
constexpr std::string_view kFindAnyUser = "SELECT username FROM auth_user ORDER BY id LIMIT 1";
// Holds off another create_user (this mode conflicts with itself), not the readers.
constexpr std::string_view kLockUsers = "LOCK TABLE auth_user IN SHARE ROW EXCLUSIVE MODE";
constexpr std::string_view kInsertUser = R"sql(
    INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active,
                           first_name, last_name, email, last_login, date_joined)
    VALUES ($1, $2, false, false, true, '', '', '', NULL, now()))sql";

std::string choose_username(const CreateUserOptions& options) {
    std::string username = options.username;
    if (username.empty()) {
        if (!is_interactive()) throw CommandError(kUsage, "--username is missing.");
        std::optional<std::string> answer = ask("Username: ");
        if (!answer) throw CommandError(kRefused, "Cancelled.");
        username = *std::move(answer);
    }
    const std::string fault = username_fault(username);
    if (!fault.empty()) throw CommandError(kRefused, fault);
    return username;
}

void require_room(db::Session& session, const std::string& username, bool allow_second) {
    if (!session.execute(kFindUsername, {username}).empty())
        throw CommandError(kRefused, "A user with that username already exists.");
    if (allow_second) return;
    const db::Rows rows = session.execute(kFindAnyUser);
    if (!rows.empty())
        throw CommandError(kRefused, "There is an operator already: " + std::string(rows.front().text(0)) +
                                         ". Use changepassword, or --allow-second if you want another one.");
}

}  // namespace

int create_user(const config::Config& config, const CreateUserOptions& options, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        require_password_source(options.password);
        const std::string username = choose_username(options);
        {
            // Said before the password is asked for; this connection does not wait for somebody who types.
            db::Session session = connect(config);
            require_migrated(session);
            require_room(session, username, options.allow_second);
        }
        const std::string hash = auth::hash_password(read_new_password(options.password, username, err));
        db::Session session = connect(config);
        db::Session::Transaction transaction(session, config.statement_timeout);
        session.execute(kLockUsers);
        require_room(session, username, options.allow_second);
        session.execute(kInsertUser, {username, hash});
        transaction.commit();
        out << "Created the operator " << username << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
