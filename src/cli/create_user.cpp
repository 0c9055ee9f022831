#include "cli/create_user.hpp"

#include "auth/password_hash.hpp"
#include "cli/command.hpp"
#include "cli/terminal.hpp"
#include "cli/username.hpp"
#include "store/login/operator_admin.hpp"

#include <optional>

namespace wdx::cli {
namespace {

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
    if (store::find_operator(session, username))
        throw CommandError(kRefused, "A user with that username already exists.");
    if (allow_second) return;
    const auto operators = store::list_operators(session, 1);
    if (!operators.empty())
        throw CommandError(kRefused, "There is an operator already: " + operators.front().username +
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
        store::lock_operators(session);
        require_room(session, username, options.allow_second);
        store::insert_operator(session, username, hash);
        transaction.commit();
        out << "Created the operator " << username << ".\n";
        return kDone;
    });
}

}  // namespace wdx::cli
