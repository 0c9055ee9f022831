#pragma once

#include "backup/manifest.hpp"
#include "db/session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What backup and restore ask a database, and the SQL of a restore.  Blocking, as db::Session is.
namespace wdx::backup {

/// How long a backup waits for somebody who changes the columns of a table; then it fails.
inline constexpr std::chrono::seconds kLockTimeout{60};

/// A transaction that sees one moment of the database, which other sessions can look at, too, as long as it lasts.
class Snapshot {
  public:
    /// @throws db::DbError
    explicit Snapshot(db::Session& session);
    /// For pg_dump's --snapshot.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

  private:
    db::Session::Transaction transaction_;
    std::string name_;
};

/// Fills in what a manifest says of the database: its tables with their rows, roles, the newest migration.
/// @throws db::DbError
void describe_database(db::Session& session, Manifest& manifest);

/// Lets a session of an empty database find tables where the backup has them; a dump of `ours` does not make their
/// schemas, so they are made here.
/// @throws db::DbError
void use_schemas_of(db::Session& session, const Manifest& manifest);

/// Refuses a database in which the server would not look where the backup has its tables.
/// @throws BackupError, db::DbError
void require_schemas_of(db::Session& session, const Manifest& manifest);

/// The product's tables (the core's, those of login, our own) on the search path, with their rows.
/// @throws db::DbError
std::vector<TableRows> list_product_tables(db::Session& session);
/// Those that are not the product's, but are in the backup, too.  @throws db::DbError
std::vector<TableRows> list_other_tables_of(db::Session& session, const Manifest& manifest,
                                            const std::vector<TableRows>& product);
/// True for one that is the core's alone: `ours` leaves it as it is, or keeps only its rows.
bool is_core_table(const std::string& name);

/// There is no table at all, but the system's.  @throws db::DbError
bool has_no_table(db::Session& session);

/// Others that are connected to this database: what they call themselves, each once.  @throws db::DbError
std::vector<std::string> list_other_sessions(db::Session& session);

/// The role may give things to others, and all of these exist.  @throws db::DbError
bool can_keep_owners(db::Session& session, const std::vector<std::string>& roles);

/// Statements that make room for what is restored: product tables are dropped; with `ours` the core's are left, and
/// only the rows of classification and actions deleted.
std::string make_room_sql(const std::vector<TableRows>& tables, Scope scope);

/// A database that a backup is tried in, like this one; dropped by the destructor.  Those of earlier tries that were
/// killed are dropped first.
class ScratchDatabase {
  public:
    /// @throws BackupError  the role may not make databases
    /// @throws db::DbError
    explicit ScratchDatabase(db::Session& session);
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;
    ~ScratchDatabase();
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

  private:
    db::Session& session_;
    std::string name_;
};

/// Notes in the log of the database, where it has one, what a command did.
/// @param level  `info` or `error`
/// @throws db::DbError
void note_in_log(db::Session& session, std::string_view level, std::string_view event, std::string_view message);

/// The last backup that somebody tried to make of this database, as its log has it.
struct Attempt {
    bool failed = false;
    std::int64_t age_days = 0;
    std::string message;
};

/// @return nullopt: none, or there is no log
/// @throws db::DbError
std::optional<Attempt> find_last_attempt(db::Session& session);

}  // namespace wdx::backup
