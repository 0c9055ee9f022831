#pragma once

#include "app/dev/cluster.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>

namespace wdx::app {

/// Fills a database without the core's tables with them (their current generation) and with the account `demo`: 500
/// users, their posts, classifications and actions, and our own tables with the 90 days before today (UTC).  The same
/// day gives the same rows.  One transaction; does nothing when `accounts` or `users` exists.  Runs after the
/// migrations.
/// @throws db::DbError
void prepare_demo(db::Session& session);

/// Makes the operator `watchdxg` with password `watchdxg` when there is no operator at all.  Then it takes 0.3 s, for
/// the hash.  Needs the table auth_user: runs after the migrations.
/// @throws db::DbError
void ensure_demo_operator(db::Session& session);

/// What `dev` tells its user: lines for a shell that log in, refresh, look the account up and list its users, and work
/// when pasted as they are.
/// @param base_url  e.g. `http://localhost:8000`
/// @param loopback  to tell what the scraper needs; nullopt when PostgreSQL does not listen for it
std::string dev_banner(const std::string& base_url, const std::optional<LoopbackAccess>& loopback = {});

}  // namespace wdx::app
