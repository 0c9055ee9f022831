#include "cli/restore.hpp"

#include "backup/backup_file.hpp"
#include "backup/client_programs.hpp"
#include "backup/copy.hpp"
#include "backup/database.hpp"
#include "backup/error.hpp"
#include "backup/sealed_keys.hpp"
#include "cli/command.hpp"
#include "cli/restored_key.hpp"
#include "cli/terminal.hpp"
#include "db/migrate.hpp"
#include "db/server_info.hpp"
#include "store/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

using backup::BackupError;
using backup::BackupFile;
using backup::Manifest;
using backup::Scope;
using backup::TableRows;

const std::string& url_of(const config::Config& config, const RestoreOptions& options) {
    if (!options.url.empty()) return options.url;
    return config.database_direct_url.empty() ? config.database_url : config.database_direct_url;
}

void require_known_migration(const Manifest& manifest) {
    const std::vector<std::string> known = db::list_migrations();
    if (!manifest.newest_migration.empty() && std::ranges::find(known, manifest.newest_migration) == known.end())
        throw BackupError(fmt::format(
            "This backup was made by watchdxg-back {}, which is newer than this one: it has the migration {}. "
            "Install that version.",
            manifest.program_version, manifest.newest_migration));
}

/// The keys of the backup; none where it has none, or where they are to be left out.
std::vector<std::string> read_keys(const BackupFile& file, const RestoreOptions& options) {
    const std::string sealed = file.read(backup::kKeysMember);
    if (sealed.empty() || options.without_key) return {};
    const auto secret = read_key_secret(options.key_secret);
    if (!secret)
        throw BackupError(
            "The signing key in this backup is encrypted: give --passphrase-file or --key-file, as it was made with, "
            "or --without-key to leave it (everybody then has to log in again).");
    return backup::open_keys(sealed, *secret);
}

std::int64_t rows_of(const std::vector<TableRows>& tables, const std::string& name) {
    std::int64_t rows = 0;
    for (const TableRows& table : tables)
        if (table.name == name) rows += table.rows;
    return rows;
}

bool has_table(const std::vector<TableRows>& tables, const std::string& name) {
    return std::ranges::find(tables, name, &TableRows::name) != tables.end();
}

/// Nobody would miss what these hold: a server that was just installed has made it.
bool is_new(const std::vector<TableRows>& tables, Scope scope) {
    constexpr std::int64_t kFirstLogEntries = 100;
    constexpr std::array<std::string_view, 9> kMadeAtTheStart{
        "auth_permission",      "django_content_type",   "django_migrations",
        "watchdxg_alert_state", "watchdxg_event",        "watchdxg_event_state",
        "watchdxg_migrations",  "watchdxg_signal_state", "watchdxg_watched_table"};
    return std::ranges::all_of(tables, [&](const TableRows& table) {
        const bool stays = scope == Scope::ours && backup::is_core_table(table.name) &&
                           table.name != "classification" && table.name != "actions";
        return stays || table.rows == 0 || (table.name == "watchdxg_log" && table.rows <= kFirstLogEntries) ||
               std::ranges::find(kMadeAtTheStart, table.name) != kMadeAtTheStart.end();
    });
}

bool has_rows(const std::vector<TableRows>& tables) {
    return std::ranges::any_of(tables, [](const TableRows& table) { return table.rows > 0; });
}

void print_contents(const Manifest& manifest, std::ostream& out) {
    fmt::print(out, "Backup of {}, made at {} by watchdxg-back {} (PostgreSQL {}), with {}\n", manifest.database,
               manifest.made_at, manifest.program_version, manifest.server_version,
               manifest.scope == Scope::all ? "everything" : "our own tables, verdicts and actions alone");
}

/// What there is and what there will be, of the tables where they differ.
void print_comparison(const std::vector<TableRows>& now, const Manifest& manifest, std::ostream& out) {
    fmt::print(out, "{:40} {:>12} {:>12}\n", "rows of", "now", "in the backup");
    std::vector<std::string> names;
    for (const auto* const tables : {&now, &manifest.tables})
        for (const TableRows& table : *tables)
            if (std::ranges::find(names, table.name) == names.end()) names.push_back(table.name);
    std::ranges::sort(names);
    for (const std::string& name : names) {
        if (manifest.scope == Scope::ours && !has_table(manifest.tables, name) && backup::is_core_table(name)) continue;
        const std::int64_t before = rows_of(now, name);
        const std::int64_t after = rows_of(manifest.tables, name);
        if (before != 0 || after != 0) fmt::print(out, "{:40} {:>12} {:>12}\n", name, before, after);
    }
}

void require_core_tables(const std::vector<TableRows>& now, const Manifest& manifest) {
    for (const char* name : {"classification", "actions"})
        if (manifest.scope == Scope::ours && rows_of(manifest.tables, name) > 0 && !has_table(now, name))
            throw BackupError(fmt::format(
                "This backup holds rows of {}, but not the core's tables, and the database has none either: restore a "
                "backup of everything, or let watchdxg-core make and fill its tables first.",
                name));
}

void require_nobody_else(db::Session& session) {
    const std::vector<std::string> others = backup::list_other_sessions(session);
    if (!others.empty())
        throw BackupError(
            fmt::format("Others are connected to the database ({}): stop them first, the server and "
                        "watchdxg-core above all.",
                        fmt::join(others, ", ")));
}

/// @throws CommandError  what is there is to stay
void require_consent(const RestoreOptions& options, const std::string& database) {
    if (!options.replace)
        throw CommandError(kRefused, fmt::format("The database {} is not empty. To lose what it holds now, say "
                                                 "--replace.",
                                                 database));
    if (!is_interactive()) return;
    const auto answer = ask(fmt::format("Type the name of the database, {}, to lose what it holds now: ", database));
    if (answer != database) throw CommandError(kRefused, "Nothing was changed.");
}

/// What brings the restored database to what this build and PostgreSQL's planner expect.
void finish(db::Session& session, const Manifest& manifest, std::ostream& out) {
    db::apply(session, [&](std::string_view name, db::MigrationStep) { out << "Applied: " << name << '\n'; });
    session.execute("ANALYZE");
    backup::note_in_log(session, "info", store::entry::kRestored,
                        fmt::format("a backup of {}, made at {}", manifest.database, manifest.made_at));
}

}  // namespace

int restore(const config::Loaded& settings, const RestoreOptions& options, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        std::signal(SIGPIPE, SIG_IGN);  // a program that stops reading says why
        const BackupFile file = BackupFile::open(options.file);
        const Manifest& manifest = file.manifest();
        print_contents(manifest, out);
        require_known_migration(manifest);
        RestoredKey key(settings, read_keys(file, options));
        const backup::ClientPrograms programs = backup::installed_client_programs();
        backup::require_version(programs, manifest.dump_version, "This backup");

        const std::string& url = url_of(settings.config, options);
        db::Session session = connect(settings.config, url, options.url.empty() ? "WDX_DATABASE_URL" : "--to");
        const db::ServerInfo server = db::read_server_info(session);
        backup::require_version(programs, static_cast<int>(server.version_number / 10'000), "The server");
        const std::vector<TableRows> now = backup::list_product_tables(session);
        const std::vector<TableRows> others = backup::list_other_tables_of(session, manifest, now);
        print_comparison(now, manifest, out);
        require_core_tables(now, manifest);
        backup::require_schemas_of(session, manifest);
        out << key.describe() << (key.describe().empty() ? "" : "\n");
        if (options.dry_run) return kDone;

        if (!is_new(now, manifest.scope) || has_rows(others)) require_consent(options, server.database);
        require_nobody_else(session);
        key.let_verify();
        try {
            backup::restore_database(programs, backup::make_target(url), file,
                                     {.before = backup::make_room_sql(now, manifest.scope),
                                      .replaces = !backup::has_no_table(session),
                                      .keeps_owners = backup::can_keep_owners(session, manifest.roles),
                                      .keeps_core = manifest.scope == Scope::ours,
                                      .core_objects = manifest.core_objects});
        } catch (...) {
            key.undo();
            throw;
        }
        key.let_sign(out, err);
        finish(session, manifest, out);
        out << "Restored into " << server.database << ".\n";
        if (file.read(backup::kKeysMember).empty())
            err << "This backup has no signing key: everybody has to log in again, unless the server has the old "
                   "key.\n";
        return kDone;
    });
}

}  // namespace wdx::cli
