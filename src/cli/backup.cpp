#include "cli/backup.hpp"

#include "auth/secret_key.hpp"
#include "backup/backup_file.hpp"
#include "backup/client_programs.hpp"
#include "backup/copy.hpp"
#include "backup/database.hpp"
#include "backup/error.hpp"
#include "backup/partial_file.hpp"
#include "backup/retention.hpp"
#include "backup/sealed_keys.hpp"
#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/config_command.hpp"
#include "cli/interruption_report.hpp"
#include "db/server_info.hpp"
#include "store/journal/journal.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

namespace fs = std::filesystem;
using backup::BackupError;
using std::chrono::system_clock;

/// Past a pooler, where there is one: a dump is one long session.
const std::string& url_of(const config::Config& config) {
    return config.database_direct_url.empty() ? config.database_url : config.database_direct_url;
}

std::vector<std::string> read_keys(const config::Config& config) {
    auto key = config.secret_key.empty() ? auth::read_secret_key_file(config.data_dir) : config.secret_key;
    if (!key)
        throw BackupError("There is no signing key in " + config.data_dir.string() +
                          " to put into the backup: the server makes one at its first start.");
    std::vector<std::string> keys{*std::move(key)};
    std::vector<std::string> fallbacks = config.secret_key_fallbacks;
    if (config.secret_key.empty())
        std::ranges::copy(auth::read_secret_key_fallbacks(config.data_dir), std::back_inserter(fallbacks));
    std::ranges::copy(fallbacks, std::back_inserter(keys));
    if (std::ranges::any_of(keys, [](const std::string& one) { return one.find('\n') != std::string::npos; }))
        throw BackupError("The signing key has a line break, and cannot be put into a backup.");
    return keys;
}

std::vector<backup::SmallMember> small_members(const config::Loaded& settings,
                                               const std::optional<std::string>& secret) {
    std::ostringstream text;
    write_given_settings(text, settings);
    std::vector<backup::SmallMember> members{{backup::kSettingsMember, text.str()}};
    if (secret) members.push_back({backup::kKeysMember, backup::seal_keys(read_keys(settings.config), *secret)});
    return members;
}

/// Now, or the first second afterwards by which no backup in the folder is named.
std::chrono::sys_seconds unused_second(const fs::path& folder) {
    auto second = std::chrono::floor<std::chrono::seconds>(system_clock::now());
    while (fs::exists(folder / backup::backup_name(second))) second += std::chrono::seconds(1);
    return second;
}

backup::Manifest begin_manifest(const db::ServerInfo& server, const BackupOptions& options,
                                std::chrono::sys_seconds now) {
    backup::Manifest manifest;
    manifest.program_version = WDX_VERSION;
    manifest.made_at = base::iso_time(now);
    manifest.scope = options.scope;
    manifest.database = server.database;
    manifest.server_version = server.version;
    return manifest;
}

int major_version(const db::ServerInfo& server) {
    return static_cast<int>(server.version_number / 10'000);
}

/// Restores the file into a database of its own and counts what is there.
void verify(db::Session& session, const std::string& url, const backup::ClientPrograms& programs,
            const fs::path& path) {
    const backup::BackupFile file = backup::BackupFile::open(path);
    const backup::ScratchDatabase scratch(session);
    const std::string scratch_url = backup::with_database(url, scratch.name());
    db::Session restored = db::Session::connect(scratch_url, std::chrono::seconds(5));
    backup::use_schemas_of(restored, file.manifest());
    backup::restore_database(programs, backup::make_target(scratch_url), file, {.is_trial = true});
    backup::Manifest found;
    found.scope = file.manifest().scope;
    backup::describe_database(restored, found);
    if (found.tables != file.manifest().tables)
        throw BackupError("The backup does not hold what the database has: restored, its tables have other rows.");
}

/// It is of the same database and holds the same, and is not of a later time than the new one, which a clock that was
/// wrong once may have given it.
bool may_be_superseded(const fs::path& file, const fs::path& made, const backup::Manifest& manifest) {
    const auto made_at = backup::time_of_name(file.filename().string());
    if (!made_at || *made_at > backup::time_of_name(made.filename().string())) return false;
    try {
        const backup::Manifest other = backup::read_manifest_of(file);
        return other.database == manifest.database && other.scope == manifest.scope;
    } catch (const std::exception&) {
        return false;  // nothing that we have made
    }
}

void thin_out(const fs::path& made, const backup::Manifest& manifest, unsigned keep, std::ostream& out) {
    const fs::path folder = made.parent_path();
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (may_be_superseded(entry.path(), made, manifest)) names.push_back(entry.path().filename().string());
    for (const std::string& name : backup::list_superseded(names, keep)) {
        fs::remove(folder / name);
        out << "Removed: " << (folder / name).string() << '\n';
    }
}

struct Made {
    fs::path path;
    std::uintmax_t bytes = 0;
    backup::Manifest manifest{};
};

/// @param interruption  closed as soon as the backup is there
Made make_backup(const config::Loaded& settings, const BackupOptions& options, const std::string& url,
                 InterruptionReport& interruption) {
    const auto secret = read_key_secret(options.key_secret);
    const std::vector<backup::SmallMember> members = small_members(settings, secret);
    db::Session session = connect(settings.config, url, "WDX_DATABASE_URL");
    const db::ServerInfo server = db::read_server_info(session);
    const backup::ClientPrograms programs = backup::installed_client_programs();
    backup::require_version(programs, major_version(server), "The server");

    const std::chrono::sys_seconds now = unused_second(options.folder);
    const backup::PartialFile partial(options.folder, backup::backup_name(now));
    backup::Manifest manifest = begin_manifest(server, options, now);
    manifest.dump_version = programs.major_version;
    {
        const backup::Snapshot snapshot(session);
        backup::describe_database(session, manifest);
        backup::dump_database(programs, backup::make_target(url), options.scope, snapshot.name(), partial.dump().get());
    }
    backup::write_backup(partial.file(), manifest, members, partial.dump());
    if (options.verify) verify(session, url, programs, partial.path());
    interruption.close();
    const fs::path path = partial.publish();
    return {path, fs::file_size(path), std::move(manifest)};
}

/// The database may be away, or a standby, or the role may not write into its log.
bool note(const std::string& url, const config::Config& config, std::string_view level, std::string_view event,
          std::string_view message) {
    try {
        db::Session session = db::Session::connect(url, config.database_connect_timeout);
        backup::note_in_log(session, level, event, message);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

int backup(const config::Loaded& settings, const BackupOptions& options, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        std::signal(SIGPIPE, SIG_IGN);  // a program that stops reading says why
        const std::string& url = url_of(settings.config);
        InterruptionReport interruption([&](std::string_view signal) {
            const std::string text = fmt::format("The backup was ended by {}.", signal);
            err << text << std::endl;
            note(url, settings.config, "error", store::entry::kBackupFailed, text);
        });
        try {
            const Made made = make_backup(settings, options, url, interruption);
            const std::string text = fmt::format("{}: {} bytes", made.path.string(), made.bytes);
            out << text << std::endl;
            if (options.keep) thin_out(made.path, made.manifest, *options.keep, out);
            if (!note(url, settings.config, "info", store::entry::kBackupMade, text))
                err << "The log of the database could not be told of this backup: `check` and alerts do not know of "
                       "it.\n";
        } catch (const std::exception& error) {
            interruption.close();
            note(url, settings.config, "error", store::entry::kBackupFailed, error.what());
            throw;
        }
        if (options.key_secret.passphrase_file.empty() && options.key_secret.key_file.empty())
            err << "The signing key is not in this backup: without it everybody has to log in again. Keep it "
                   "elsewhere, "
                   "or give --passphrase-file.\n";
        return kDone;
    });
}

}  // namespace wdx::cli
