#include "app/dev_demo.hpp"

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

}  // namespace

void prepare_demo(db::Session& session) {
    db::Session::Transaction transaction(session);
    if (answers_true(session, "SELECT to_regclass('accounts') IS NOT NULL OR to_regclass('users') IS NOT NULL")) return;
    session.execute_script(embedded_script("core_v3.sql"));
    session.execute_script(embedded_script("demo.sql"));
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

std::string dev_banner(const std::string& base_url, std::string_view database_url) {
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
    if (!database_url.empty()) {
        banner += fmt::format("For the scraper, on this machine:\n\nDATABASE_URL={}\n\n", database_url);
    }
    return banner;
}

}  // namespace wdx::app
