#pragma once

#include "db/session.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::db {

/// The database is in a state that no migration of ours may touch.  Its text is for the operator: what was found and
/// what to do.
class MigrationError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The SQLSTATE of `apply` when a table is in use.
inline constexpr std::string_view kTableInUse = "55P03";

/// How a migration came to count as applied.
enum class MigrationStep {
    applied,  ///< its file ran
    adopted,  ///< the original had made these tables: they are taken as they are
};

/// The names of all migrations that this build knows, in order, without `.sql`.
std::vector<std::string> list_migrations();

/// The migrations of migrations/*.sql that `apply` would run, in order, without `.sql`.  Reads only, and never from the
/// core's tables. The first one is not pending in a database that the original made.  Names that this build does not
/// know (a newer one ran here) are no error.
/// @throws MigrationError  Django's tables are there, but not as has_django_tables wants them, or are gone; or no
/// schema
///                         is there to use
/// @throws DbError
std::vector<std::string> pending(Session& session);

/// Runs what is pending: one transaction each, under an advisory lock that lasts as long as it, the state being read
/// again inside.  So several processes may call this at once: each migration runs in one of them.
/// Tables are made in the first schema of the search path.
/// @param done  called after each commit
/// Somebody may be reading a table that is to be changed, for long (an export, a dump), and whoever comes later waits
/// behind a change that waits.  So each waits for a second only: call again after kTableInUse.
/// @throws MigrationError, DbError; what was committed before stays
void apply(Session& session, const std::function<void(std::string_view name, MigrationStep step)>& done);

}  // namespace wdx::db
