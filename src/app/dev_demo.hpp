#pragma once

#include "db/session.hpp"

#include <string>
#include <string_view>

namespace wdx::app {

/// Fills a database without the core's tables with them (their current generation) and with the account `demo`: 500
/// users, their posts, classifications and actions, the same every time.  One transaction; does nothing when
/// `accounts` or `users` exists, whoever made it.
/// @throws db::DbError
void prepare_demo(db::Session& session);

/// Makes the operator `watchdxg` with password `watchdxg` when there is no operator at all.  Takes 0.3 s of hashing if
/// so.  Needs the table auth_user: runs after the migrations.
/// @throws db::DbError
void ensure_demo_operator(db::Session& session);

/// What `dev` tells its user: lines for a shell that log in, refresh, look the account up and list its users, and work
/// when pasted as they are.
/// @param base_url      e.g. `http://localhost:8000`
/// @param database_url  of the private PostgreSQL for the scraper; empty when it does not listen for it
std::string dev_banner(const std::string& base_url, std::string_view database_url = {});

}  // namespace wdx::app
