#pragma once

#include "cli/check_report.hpp"
#include "config/config.hpp"
#include "db/session.hpp"

namespace wdx::cli {

// What `check` asks about who can log in.

/// A weak signing key, or one that cannot be read, is a failure.  Needs no database.
void check_secret_key(const config::Config& config, CheckReport& report);
/// Warns when nobody can log in.  Passes over a database without the original's tables.
/// @throws DbError
void check_operator(db::Session& session, CheckReport& report);
/// The documented default password is a failure.  Says first what watchdxg-front needs before it is changed.
/// @throws DbError
void check_default_password(db::Session& session, CheckReport& report);

}  // namespace wdx::cli
