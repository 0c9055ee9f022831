#include "cli/totp.hpp"

#include "auth/totp.hpp"
#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/operators.hpp"
#include "cli/terminal.hpp"
#include "store/login/operator_admin.hpp"

#include <string_view>
#include <vector>

namespace wdx::cli {
namespace {

constexpr int kAttempts = 3;

constexpr std::string_view kWarning =
    "From now on a login needs the code, in the field \"otp\" of POST /api/token/. Two programs know nothing of that:\n"
    "  - the stock watchdxg-front, whose login form sends no code: nobody can log in with it;\n"
    "  - the original Django backend, which still lets the password alone in, if it runs on this database.\n"
    "HTTP Basic is refused.\n";

[[noreturn]] void refuse_second(const store::NamedOperator& user) {
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

void enable(db::Session& session, const store::NamedOperator& user, const std::string& secret, std::int64_t step,
            const std::vector<std::string>& codes, std::chrono::seconds timeout) {
    std::vector<std::string> hashes;
    hashes.reserve(codes.size());
    for (const std::string& code : codes) hashes.push_back(auth::hash_recovery_code(code));
    db::Session::Transaction transaction(session, timeout);
    if (!store::enable_second_factor(session, user, secret, step, hashes)) refuse_second(user);
    transaction.commit();
}

}  // namespace

int enable_totp(const config::Config& config, const std::string& username, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        store::NamedOperator user;
        {
            // This connection does not wait for somebody who types.
            db::Session session = connect(config);
            require_migrated(session);
            user = choose_operator(session, username);
            if (store::has_second_factor(session, user.id)) refuse_second(user);
        }
        const std::string secret = auth::make_totp_secret();
        out << "Secret: " << secret << '\n'
            << "Address: " << auth::totp_uri(secret, user.username) << '\n'
            << std::flush;
        const std::int64_t step = is_interactive() ? confirm(secret, err) : 0;
        const std::vector<std::string> codes = auth::make_recovery_codes(auth::kRecoveryCodes);
        db::Session session = connect(config);
        enable(session, user, secret, step, codes, config.statement_timeout);
        out << "Recovery codes, each valid for one login instead of a code; they are not shown again:\n";
        for (const std::string& code : codes) out << "  " << code << '\n';
        err << "The second factor of " << user.username << " is on. " << kWarning;
        return kDone;
    });
}

int disable_totp(const config::Config& config, const std::string& username, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        db::Session session = connect(config);
        require_migrated(session);
        const store::NamedOperator user = choose_operator(session, username);
        db::Session::Transaction transaction(session, config.statement_timeout);
        if (!store::disable_second_factor(session, user))
            throw CommandError(kRefused, user.username + " has no second factor.");
        transaction.commit();
        out << "The second factor of " << user.username << " is off: the password alone is enough.\n";
        return kDone;
    });
}

}  // namespace wdx::cli
