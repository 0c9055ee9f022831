#include "app/dev/demo.hpp"

#include "auth/password_hash.hpp"
#include "embedded/dev_data.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::app {

namespace {

std::string_view embedded_script(std::string_view name) {
    const auto file = std::ranges::find(embedded::dev_data::kFiles, name, &embedded::EmbeddedFile::name);
    if (file == embedded::dev_data::kFiles.end()) throw std::logic_error(fmt::format("{} was not embedded", name));
    return file->contents;
}

bool answers_true(db::Session& session, std::string_view question) {
    return session.execute(question).front().boolean(0);
}

/// watchdxg-core reads no URL, and sends no password when it runs outside its container: libpq then looks into .pgpass.
std::string scraper_banner(const LoopbackAccess& access) {
    return fmt::format(R"(For the scraper, watchdxg-core, on this machine. In its src/settings.json:

    "db": {{"host": "127.0.0.1", "port": "{0}", "dbname": "{1}", "pipeline_user": "{2}"}}

In the file .pgpass, of mode 0600, in the home folder of whoever runs it:

127.0.0.1:{0}:*:*:{3}

Then run it with --dev, and never with --setup: its tables are there. For other programs:

DATABASE_URL=postgresql://{2}:{3}@127.0.0.1:{0}/{1}

)",
                       access.port, access.database, access.user, access.password);
}

}  // namespace

void prepare_demo(db::Session& session) {
    db::Session::Transaction transaction(session);
    if (answers_true(session, "SELECT to_regclass('accounts') IS NOT NULL OR to_regclass('users') IS NOT NULL")) return;
    for (const std::string_view name : {"core_v3.sql", "demo_words.sql", "demo.sql", "demo_managed.sql"})
        session.execute_script(embedded_script(name));
    transaction.commit();
}

void ensure_demo_operator(db::Session& session) {
    if (answers_true(session, "SELECT EXISTS (SELECT FROM auth_user)")) return;  // before the hash, which is slow
    const std::string hash = auth::hash_password("watchdxg");
    session.execute(
        "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,"
        " date_joined) SELECT $1, false, 'watchdxg', '', '', '', false, true, now()"
        " WHERE NOT EXISTS (SELECT FROM auth_user)",
        {hash});
}

std::string dev_banner(const std::string& base_url, const std::optional<LoopbackAccess>& loopback) {
    // No comments between the lines: an interactive zsh would take them for commands.
    std::string banner = fmt::format(R"sh(
The account demo is served at {0} to the operator watchdxg with password watchdxg.
Paste this to log in, refresh the tokens, look the account up and list its users:

tokens=$(curl -sS {0}/api/token/ -H 'Content-Type: application/json' -d '{{"username":"watchdxg","password":"watchdxg"}}'); echo "$tokens"
refresh=$(echo "$tokens" | sed 's/.*"refresh":"\([^"]*\)".*/\1/')
tokens=$(curl -sS {0}/api/token/refresh/ -H 'Content-Type: application/json' -d "{{\"refresh\":\"$refresh\"}}"); echo "$tokens"
access=$(echo "$tokens" | sed 's/.*"access":"\([^"]*\)".*/\1/')
account=$(curl -sS {0}/api/accounts/demo/ -H "Authorization: Bearer $access"); echo "$account"
id=$(echo "$account" | sed 's/.*"id":\([0-9]*\).*/\1/')
curl -sS "{0}/api/users/?account_id=$id" -H "Authorization: Bearer $access"; echo

)sh",
                                     base_url);
    if (loopback) banner += scraper_banner(*loopback);
    return banner + fmt::format("open {}/admin/\n", base_url);
}

}  // namespace wdx::app
