#pragma once

#include "backup/backup_file.hpp"
#include "backup/client_programs.hpp"
#include "backup/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Copies a database into a dump and a dump into a database, by PostgreSQL's own programs.  Everything here blocks, for
/// as long as the database is large.
namespace wdx::backup {

/// Dumps in pg_dump's custom format, compressed.
/// @param snapshot  of a Snapshot
/// @param output    a new file
/// @throws BackupError
void dump_database(const ClientPrograms& programs, const Target& target, Scope scope, const std::string& snapshot,
                   int output);

/// How the dump is put into the database.
struct RestoreOptions {
    std::string before{};                     ///< statements that run first, in the same transaction
    bool replaces = false;                    ///< things that the dump makes may be there: they are dropped first
    bool keeps_owners = false;                ///< and rights; else all belongs to the role that restores
    bool keeps_core = false;                  ///< of the core's tables only rows are restored
    std::vector<std::string> core_objects{};  ///< what belongs to them, as the manifest has it
    bool is_trial = false;                    ///< the core's other tables need not be there
};

/// Puts the dump of a backup into a database, in one transaction: whatever happens, afterwards all of it is there or
/// nothing has changed.
/// @throws BackupError
void restore_database(const ClientPrograms& programs, const Target& target, const BackupFile& file,
                      const RestoreOptions& options);

/// Whether a line of `pg_restore --list` is restored.  For the tests; pure.
bool is_restored(std::string_view entry, const RestoreOptions& options);

}  // namespace wdx::backup
