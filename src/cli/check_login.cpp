#include "cli/check_login.hpp"

#include "api/request/credentials.hpp"
#include "auth/password_hash.hpp"
#include "auth/secret_key.hpp"
#include "store/login/operator_admin.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

constexpr std::string_view kWeak = "is weak (under 32 bytes, or Django's django-insecure-...)";

/// compat: default password
constexpr std::string_view kChangeDefaultPassword =
    "watchdxg-front sends watchdxg/watchdxg, whatever is typed, to http://localhost:8000/api. Both are fixed in its\n"
    "src/app/services/api.service.ts. Change these two lines there first:\n"
    "  _apiUrl: the address of this server with /api at its end, where that is another one\n"
    "  login(): `password: prompt('Password')` instead of `password: 'watchdxg'`\n"
    "Otherwise its login fails (401), and after ten tries in a minute the right password is refused, too (429).\n"
    "Then run `watchdxg-back changepassword --username watchdxg`. It ends every session.";

std::vector<std::string> fallbacks_of(const config::Config& config) {
    std::vector<std::string> keys = config.secret_key_fallbacks;
    if (config.secret_key.empty())
        for (std::string& key : auth::read_secret_key_fallbacks(config.data_dir)) keys.push_back(std::move(key));
    return keys;
}

bool has_weak_fallback(const config::Config& config) {
    const std::vector<std::string> keys = fallbacks_of(config);
    return std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return auth::is_weak_secret_key(key); });
}

}  // namespace

void check_secret_key(const config::Config& config, CheckReport& report) {
    constexpr std::string_view kName = "secret key";
    const std::string path = auth::secret_key_path(config.data_dir).string();
    try {
        const bool is_set = !config.secret_key.empty();
        const std::optional<std::string> key = is_set ? config.secret_key : auth::read_secret_key_file(config.data_dir);
        if (!key)
            report.ok(kName, "none yet; the server makes one at its first start: " + path);
        else if (has_weak_fallback(config))
            report.fail(
                kName, fmt::format("one of the fallbacks {}", kWeak),
                "Whoever guesses it logs in as anybody. Take it out; those whose tokens it signed log in again.");
        else if (!auth::is_weak_secret_key(*key))
            report.ok(kName, "from " + (is_set ? std::string("WDX_SECRET_KEY") : path));
        else if (is_set)
            report.fail(
                kName, fmt::format("WDX_SECRET_KEY {}", kWeak),
                "Whoever guesses it logs in as anybody; the original's is published with its source. Take it out "
                "of the settings, and the server makes one of its own. Everybody logs in once more.");
        else
            report.fail(kName, fmt::format("{} {}", path, kWeak),
                        "Whoever guesses it logs in as anybody. Run `watchdxg-back rotatesecret`, and start the server "
                        "anew. Everybody logs in once more.");
    } catch (const auth::SecretKeyError& error) {
        report.fail(kName, "cannot be used", error.what());
    }
}

void check_operator(db::Session& session, CheckReport& report) {
    constexpr std::string_view kName = "operator";
    if (!store::has_operator_table(session)) return;  // check_migrations has said what is wrong
    const std::int64_t count = store::count_active_operators(session);
    if (count > 0) return report.ok(kName, std::to_string(count) + " active");
    const auto inactive = store::list_operators(session, 1);
    if (inactive.empty())
        report.warn(kName, "nobody can log in", "Run `watchdxg-back create_user`.");
    else
        report.warn(kName, fmt::format("nobody can log in: {} is not active", inactive.front().username),
                    fmt::format("UPDATE auth_user SET is_active = true WHERE id = {};", inactive.front().id));
}

void check_default_password(db::Session& session, CheckReport& report) {
    constexpr std::string_view kName = "default password";
    if (!store::has_operator_table(session)) return;
    const auto hash = store::find_password_hash(session, api::kDefaultUsername);
    if (hash && auth::check_password(api::kDefaultPassword, *hash).matches)
        report.fail(
            kName,
            "the user watchdxg has the password that everybody knows; it logs in from this machine alone, and not "
            "through a proxy",
            kChangeDefaultPassword);
    else
        report.ok(kName, "not in use");
}

}  // namespace wdx::cli
